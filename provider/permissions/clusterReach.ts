// One planned move and what was found for it in; the rights in the cluster that it, its continuation and its undo need out: what it reads everywhere, and what it writes, in which namespaces. Pure.
import { Handover } from "../../common/enums";
import type { Discovery } from "../discovery/discover";
import { DependencyTreatment, type PlanDraft } from "../plan/plan";
import type { ClusterRight } from "../ports/world";
import {
    type ClusterRule,
    DECIDING_WHO_LEADS,
    HANDING_OVER,
    IN_NAMESPACES,
    OF_THE_CLUSTER,
    rightsOf,
} from "./clusterRights";

export type FoundInCluster = Pick<Discovery, "dependencies">;

export interface ReachRule extends Pick<ClusterRule, "verbs" | "on"> {
    readonly names?: readonly string[];
}

export interface ClusterReach {
    readonly everywhere: readonly ReachRule[];
    /** By namespace, sorted. */
    readonly within: ReadonlyMap<string, readonly ReachRule[]>;
}

const WRITE = ["create", "update", "patch", "delete"];
const RBAC = "rbac.authorization.k8s.io";
/** Where requests are asked by dry runs. */
const PROBED = "default";

export function clusterReach(plan: PlanDraft, { dependencies }: FoundInCluster): ClusterReach {
    const { release, addon, objects } = plan;
    const treated = plan.dependencies.filter(({ treatment }) => treatment !== DependencyTreatment.LeftAlone);
    const places = treated.flatMap(({ addonName }) =>
        dependencies
            .filter(({ profile }) => profile.addonName === addonName)
            .map(({ profile }) => profile.addonNamespace),
    );
    const within = new Map<string, ReachRule[]>();
    const allow = (namespace: string, ...rules: readonly ReachRule[]) =>
        within.set(namespace, [...(within.get(namespace) ?? []), ...rules]);
    const all = new Set([release.namespace, addon.namespace, ...places]);
    for (const namespace of all)
        allow(
            namespace,
            { verbs: WRITE, on: IN_NAMESPACES },
            { verbs: ["escalate", "bind"], on: [[RBAC, ["roles"]]] },
        );
    // Elsewhere only what the release has there, and the key of what the journal keeps of its Secrets.
    for (const [namespace, kinds] of kindsBy(objects, all)) {
        const on = IN_NAMESPACES.map(
            ([group, resources]) => [group, resources.filter((one) => kinds.has(one))] as const,
        ).filter(([, resources]) => resources.length > 0);
        if (on.length > 0) allow(namespace, { verbs: WRITE, on });
        if (kinds.has("roles")) allow(namespace, { verbs: ["escalate", "bind"], on: [[RBAC, ["roles"]]] });
    }
    const led = (plan.handover?.components ?? []).flatMap(
        ({ admission, shared }) => (admission ?? shared)?.lease.namespace ?? [],
    );
    for (const namespace of new Set([release.namespace, addon.namespace, ...led]))
        allow(namespace, { verbs: WRITE, on: [["coordination.k8s.io", ["leases"]]] });
    allow(addon.namespace, { verbs: ["create"], on: [["", ["pods"]]] });
    const bridged = treated.flatMap(({ bridge }) => bridge?.to.namespace ?? []);
    if (plan.handover?.order === Handover.Seamless) bridged.push(addon.namespace);
    for (const namespace of new Set(bridged)) allow(namespace, HANDING_OVER);
    for (const namespace of new Set(places))
        allow(namespace, {
            verbs: ["delete"],
            on: [
                ["", ["pods"]],
                ["apps", ["controllerrevisions"]],
            ],
        });
    const claims = objects.filter(({ kind }) => kind === "PersistentVolumeClaim");
    for (const { namespace = "", name } of claims)
        allow(namespace, {
            verbs: ["patch", "update"],
            on: [["", ["persistentvolumeclaims"]]],
            names: [name],
        });
    allow(PROBED, { verbs: ["create"], on: [["networking.k8s.io", ["ingresses"]]] });
    if (treated.some(({ key }) => key === "certManager"))
        allow(PROBED, { verbs: ["create"], on: [["cert-manager.io", ["certificates"]]] });
    const namespaces = [
        ...all,
        ...objects.filter(({ kind }) => kind === "Namespace").map(({ name }) => name),
    ];
    const volumes = objects.filter(({ kind }) => kind === "PersistentVolume").map(({ name }) => name);
    return {
        everywhere: [
            { verbs: ["get", "list"], on: [["*", ["*"]]] },
            { verbs: WRITE, on: OF_THE_CLUSTER },
            ...(led.length === 0 ? [] : [DECIDING_WHO_LEADS]),
            { verbs: ["escalate", "bind"], on: [[RBAC, ["clusterroles"]]] },
            {
                verbs: ["patch", "update"],
                on: [["", ["namespaces"]]],
                names: [...new Set(namespaces)].sort(),
            },
            ...(volumes.length === 0
                ? []
                : [
                      {
                          verbs: ["patch", "update"],
                          on: [["", ["persistentvolumes"]]] as const,
                          names: volumes.sort(),
                      },
                  ]),
        ],
        within: new Map([...within].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
}

/** What a preview asks the API server, which answers for all names or none. */
export function clusterRightsOf({ everywhere, within }: ClusterReach): ClusterRight[] {
    const all = ({ names }: ReachRule) => names === undefined;
    return [
        ...everywhere.filter(all).flatMap((rule) => rightsOf(rule)),
        ...[...within].flatMap(([namespace, rules]) =>
            rules.filter(all).flatMap((rule) => rightsOf(rule, namespace)),
        ),
    ];
}

function kindsBy(
    objects: PlanDraft["objects"],
    without: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string>> {
    const found = new Map<string, Set<string>>();
    for (const { namespace, kind } of objects)
        if (namespace !== undefined && namespace !== "" && !without.has(namespace))
            found.set(namespace, (found.get(namespace) ?? new Set(["secrets"])).add(pluralOf(kind)));
    return found;
}

/** Of the kinds in the table, which are all regular. */
function pluralOf(kind: string): string {
    return `${kind.toLowerCase()}s`;
}
