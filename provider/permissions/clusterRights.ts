// What a preview and a move must be allowed to do in the cluster. Data only; the calls of discovery, steps and adapters are the reason for every line.
import type { ClusterRight } from "../ports/world";

/** Rights on the same resources for the same reason. An empty group is the core group. */
export interface ClusterRule {
    readonly why: string;
    readonly verbs: readonly string[];
    readonly on: readonly (readonly [group: string, resources: readonly string[]])[];
}

const RBAC = "rbac.authorization.k8s.io";

/** Kinds that the release and the add-on have, in their namespaces. */
export const IN_NAMESPACES: ClusterRule["on"] = [
    ["", ["secrets", "services", "serviceaccounts", "configmaps"]],
    ["apps", ["deployments", "daemonsets", "replicasets"]],
    [RBAC, ["roles", "rolebindings"]],
    ["policy", ["poddisruptionbudgets"]],
    ["cert-manager.io", ["certificates", "issuers"]],
];

/** The others of their kinds: of the whole cluster. */
export const OF_THE_CLUSTER: ClusterRule["on"] = [
    [RBAC, ["clusterroles", "clusterrolebindings"]],
    ["apiextensions.k8s.io", ["customresourcedefinitions"]],
    ["apiregistration.k8s.io", ["apiservices"]],
    ["admissionregistration.k8s.io", ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"]],
    ["storage.k8s.io", ["csidrivers"]],
    ["networking.k8s.io", ["ingressclasses"]],
    ["elbv2.k8s.aws", ["ingressclassparams"]],
];

const OF_THE_RELEASE: ClusterRule["on"] = [...IN_NAMESPACES, ...OF_THE_CLUSTER];

/** Enough for `pulumi preview`, `pulumi refresh` and `discoverHelmInstallation`. */
export const LOOKING: readonly ClusterRule[] = [
    {
        why: "find the Helm release in its Secrets, and the live form of its objects",
        verbs: ["get", "list"],
        on: OF_THE_RELEASE,
    },
    {
        why: "find the models",
        verbs: ["get", "list"],
        on: [["inference.sagemaker.aws.amazon.com", ["*"]]],
    },
    {
        why: "find volumes of the release, load balancers of the models, controllers of others, free pod slots, webhooks that nobody answers, another mover's lock",
        verbs: ["get", "list"],
        on: [
            ["apps", ["statefulsets"]],
            ["", ["namespaces", "nodes", "pods", "persistentvolumes", "persistentvolumeclaims"]],
            ["networking.k8s.io", ["ingresses"]],
            ["discovery.k8s.io", ["endpointslices"]],
            ["coordination.k8s.io", ["leases"]],
        ],
    },
];

/** All that a move and its undo need. */
export const MOVING: readonly ClusterRule[] = [
    {
        why: "find everything that the add-on made, whatever kinds its version brings, so that an undo can take it away; read objects of other charts in an umbrella release",
        verbs: ["get", "list"],
        on: [["*", ["*"]]],
    },
    {
        why: "scale Helm's controllers, take away what only Helm owned, and put everything back on undo; the journal is a Secret",
        verbs: ["create", "update", "patch", "delete"],
        on: OF_THE_RELEASE,
    },
    {
        why: "take Helm's labels off, put them back, and give volumes back to the driver that mounts them",
        verbs: ["patch", "update"],
        on: [["", ["namespaces", "persistentvolumes", "persistentvolumeclaims"]]],
    },
    {
        why: "take over pods and revisions that a replaced DaemonSet left behind",
        verbs: ["delete"],
        on: [
            ["", ["pods"]],
            ["apps", ["controllerrevisions"]],
        ],
    },
    {
        why: "ask whether a pod of the add-on would be let in; always a dry run, nothing is stored",
        verbs: ["create"],
        on: [["", ["pods"]]],
    },
    {
        why: "the lock; on undo, the Leases that the add-on's controllers leave behind",
        verbs: ["create", "update", "patch", "delete"],
        on: [["coordination.k8s.io", ["leases"]]],
    },
    {
        why: "ask whether an ingress could be created; always a dry run, nothing is stored",
        verbs: ["create"],
        on: [["networking.k8s.io", ["ingresses"]]],
    },
    {
        why: "put roles and bindings back on undo that hold more than this principal has itself",
        verbs: ["escalate", "bind"],
        on: [[RBAC, ["roles", "clusterroles"]]],
    },
];

/** What a controller needs to hand over without a pause; without it, it pauses. */
export const HANDING_OVER: ClusterRule = {
    why: "lead requests for the add-on's Services to Helm's pods until the add-on's are available; who may not has a move with a pause",
    verbs: ["create", "patch", "delete"],
    on: [["discovery.k8s.io", ["endpointslices"]]],
};

/** What a controller needs besides whose generations have Leases of their own; without it, it pauses. */
export const DECIDING_WHO_LEADS: ClusterRule = {
    why: "let one write decide which generation of a controller leads, also when the mover dies right after it; who may not has controllers that pause",
    verbs: ["create", "delete"],
    on: [
        [
            "admissionregistration.k8s.io",
            ["validatingadmissionpolicies", "validatingadmissionpolicybindings"],
        ],
    ],
};

/** Without it `pausedSeconds` says nothing of writes of models. */
export const MEASURING: ClusterRule = {
    why: "measure how long models cannot be written; always a dry run of a change that changes nothing; may be left out",
    verbs: ["patch"],
    on: [["inference.sagemaker.aws.amazon.com", ["*"]]],
};

export const HANDOVER_RIGHTS: readonly ClusterRight[] = rightsOf(HANDING_OVER);

export const LEADERSHIP_RIGHTS: readonly ClusterRight[] = rightsOf(DECIDING_WHO_LEADS);

/** What a move reads, whatever its plan; what it writes, and in which namespaces, `clusterReach.ts` knows. */
export const READING_RIGHTS: readonly ClusterRight[] = MOVING.slice(0, 1).flatMap((rule) => rightsOf(rule));

export function rightsOf(
    { verbs, on }: Pick<ClusterRule, "verbs" | "on">,
    namespace?: string,
): ClusterRight[] {
    return on.flatMap(([group, resources]) =>
        resources.flatMap((resource) =>
            verbs.map((verb) => ({
                verb,
                group,
                resource,
                ...(namespace === undefined ? {} : { namespace }),
            })),
        ),
    );
}

/** Without this one nothing can be changed at all: who lacks it only looks. */
export const LOCK_RIGHT: ClusterRight = { verb: "create", group: "coordination.k8s.io", resource: "leases" };

/** As few words as name them all: "get, list secrets; in namespace kube-system: create pods". */
export function describeRights(rights: readonly ClusterRight[]): string {
    const places = new Map<string, Map<string, string[]>>();
    for (const { verb, group, resource, namespace = "" } of rights) {
        const named = `${resource}${group ? `.${group}` : ""}`;
        const verbsOf = places.get(namespace) ?? new Map<string, string[]>();
        verbsOf.set(named, [...(verbsOf.get(named) ?? []), verb]);
        places.set(namespace, verbsOf);
    }
    return [...places]
        .map(([namespace, verbsOf]) => {
            const byVerbs = new Map<string, string[]>();
            for (const [named, verbs] of verbsOf)
                byVerbs.set(verbs.join(", "), [...(byVerbs.get(verbs.join(", ")) ?? []), named]);
            const told = [...byVerbs].map(([verbs, names]) => `${verbs} ${names.join(", ")}`).join("; ");
            return namespace === "" ? told : `in namespace ${namespace}: ${told}`;
        })
        .join("; ");
}
