// What a discovery finds of a release whose controllers could all hand over but for a Lease of the load balancer controller's; tests change one thing of it.
import assert from "node:assert/strict";
import type { Discovery } from "../../../provider/discovery/discover";
import type { FoundSecret } from "../../../provider/discovery/handover";
import { keyOf, refTo } from "../../../provider/kubernetes/objectRef";
import type { AddonStatus, ClusterRight, KubernetesObject } from "../../../provider/ports/world";
import { OPERATOR_NAMESPACE, operatorObjects } from "../memory/operatorContent";

export const MANAGER = "hyperpod-inference-operator-controller-manager";
/** What the load balancer controller presents. */
export const SECRET: FoundSecret = {
    ref: { apiVersion: "v1", kind: "Secret", namespace: "kube-system", name: "alb-tls" },
    dnsNames: ["alb-webhook-service.kube-system.svc"],
    isSigning: false,
    isTaken: false,
};

export interface Found {
    objects: KubernetesObject[];
    leases: KubernetesObject[];
    version: string;
    addon?: AddonStatus;
    taken: boolean;
    /** Webhook configurations that are not of the release. */
    foreign: KubernetesObject[];
    secrets: FoundSecret[];
    missing: ClusterRight[];
    missingForLeases: ClusterRight[];
}

/** By which one write decides who leads. */
export const LEADERSHIP_RIGHT: ClusterRight = {
    verb: "create",
    group: "admissionregistration.k8s.io",
    resource: "validatingadmissionpolicies",
};

export function lease(
    name: string,
    holderIdentity: string,
    namespace = OPERATOR_NAMESPACE,
): KubernetesObject {
    return {
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name, namespace },
        spec: { holderIdentity },
    };
}

export function found(work: (found: Found) => void = () => undefined): Found {
    const form = {
        namespace: "kube-system",
        prefix: "hyperpod-inference-operator",
        operator: "3.3",
        albReplicas: 2,
        kedaRoleArn: "",
        albAccount: true,
        albRoleArn: "",
    };
    const seen: Found = {
        objects: structuredClone(operatorObjects(form)),
        leases: [lease("e7d9c1a4.sagemaker.amazonaws.com", `${MANAGER}-7f8b9c-x2x4z_0a1b`)],
        version: "1.34",
        taken: false,
        foreign: [],
        secrets: [SECRET],
        missing: [],
        missingForLeases: [],
    };
    work(seen);
    return seen;
}

export function discoveryOf({
    objects,
    leases,
    version,
    addon,
    taken,
    missing,
    missingForLeases,
    foreign,
    secrets,
}: Found): Discovery {
    const workload = objects.find(({ kind, metadata }) => kind === "Deployment" && metadata.name === MANAGER);
    const alb = objects.find(({ metadata }) => metadata.name === "hyperpod-inference-operator-alb");
    const service = { apiVersion: "v1", kind: "Service", namespace: OPERATOR_NAMESPACE };
    return {
        cluster: { kubernetesVersion: version },
        releases: [{ namespace: "kube-system" }],
        live: new Map(objects.map((object) => [keyOf(refTo(object)), object])),
        definitions: objects.filter(({ kind }) => kind === "CustomResourceDefinition"),
        ...(addon === undefined ? {} : { addon: { status: addon } }),
        controllers: [
            { component: "operator", workload },
            { component: "load balancer controller", workload: alb },
        ],
        handover: {
            leases,
            missingRights: missing,
            missingForLeases,
            secrets,
            configurations: [...objects, ...foreign].filter(({ kind }) =>
                kind.endsWith("WebhookConfiguration"),
            ),
            taken: taken ? [{ ...service, name: "hyperpod-inference-conversion-webhook" }] : [],
        },
    } as unknown as Discovery;
}

export const change =
    (kind: string, name: string, work: (object: KubernetesObject) => void) => (seen: Found) => {
        const object = seen.objects.find((one) => one.kind === kind && one.metadata.name === name);
        assert.ok(object, name);
        work(object);
    };

/** Controllers with their Services, and whoever asks these, are in the add-on's namespace. */
export const inAddonsNamespace =
    (...names: readonly string[]) =>
    (seen: Found): void => {
        for (const one of seen.objects) {
            const { webhooks = [], spec } = one as KubernetesObject & {
                webhooks?: { clientConfig: { service: { namespace: string; name: string } } }[];
                spec?: { service?: { namespace: string; name: string } };
            };
            for (const service of [
                ...webhooks.map(({ clientConfig }) => clientConfig.service),
                spec?.service,
            ])
                if (service !== undefined && names.includes(service.name))
                    service.namespace = OPERATOR_NAMESPACE;
            if (["Deployment", "Service"].includes(one.kind) && names.includes(one.metadata.name))
                Object.assign(one.metadata, { namespace: OPERATOR_NAMESPACE });
        }
    };
