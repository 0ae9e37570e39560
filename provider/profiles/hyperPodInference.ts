// The HyperPod inference operator with its load balancer controller and KEDA: names as the chart and the add-on give them (chart 2.0 to 2.2, add-on 1.x).

import { TLS_BUCKET_PREFIX } from "../../common/bucketName";
import {
    OPERATOR_ADDON,
    OPERATOR_NAMESPACE,
    OPERATOR_POD_SLOTS,
    OPERATOR_TAG,
} from "../../common/operatorNames";
import type { OperatorOfAddon } from "../addons/versions";
import type { KubernetesObject, ObjectRef } from "../ports/world";
import { inferenceAddonObjects } from "./inferenceAddonObjects";
import { INFERENCE_GROUP, inferenceControllers } from "./inferenceControllers";
import { inferenceIdentities } from "./inferenceIdentities";
import { busy, ingressesOf, resourcesOf } from "./modelResources";
import type { Probe, ProbeContext, Profile } from "./profile";

/** From the release notes of the operator; versions in between hold the operator of the one before. */
export const OPERATOR_OF_ADDON: readonly OperatorOfAddon[] = [
    { addon: "1.0", operator: "3.0" },
    { addon: "1.1", operator: "3.1" },
    { addon: "1.2", operator: "3.1.2" },
    { addon: "1.3", operator: "3.2" },
    { addon: "1.4", operator: "3.3" },
    { addon: "1.5", operator: "3.4" },
];

const NAMESPACE = OPERATOR_NAMESPACE;

export const hyperPodInference: Profile = {
    title: "HyperPod inference operator",
    addonName: OPERATOR_ADDON,
    addonNamespace: NAMESPACE,
    addonPrefix: "hyperpod-inference-",
    chart: "hyperpod-inference-operator",
    // What no dependency claims is the operator's own.
    owns: () => true,
    customResourceGroups: [INFERENCE_GROUP],
    otherCustomResourceGroups: ["keda.sh", "eventing.keda.sh", "elbv2.k8s.aws"],
    controllers: inferenceControllers,
    sharedWithoutTrace: [
        { apiVersion: "v1", kind: "ServiceAccount", namespace: NAMESPACE, name: "pod-reader" },
        { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", name: "pod-reader" },
        {
            apiVersion: "rbac.authorization.k8s.io/v1",
            kind: "ClusterRoleBinding",
            name: "pod-reader-binding",
        },
    ],
    appliedByAddon: inferenceAddonObjects,
    runtimeObjects: (releaseNamespace): readonly ObjectRef[] => [
        secret(NAMESPACE, "webhook-server-cert"),
        secret(NAMESPACE, "alb-tls"),
        secret(NAMESPACE, "kedaorg-certs"),
        secret(releaseNamespace, "alb-tls"),
        secret(releaseNamespace, "kedaorg-certs"),
        // Controllers leave the Leases of their elections behind.
        lease(NAMESPACE, "aws-load-balancer-controller-leader"),
        lease(NAMESPACE, "operator.keda.sh"),
    ],
    probes,
    writeProbes,
    identities: inferenceIdentities,
    ownership: {
        tag: OPERATOR_TAG,
        resourcesOf,
        ingressesOf,
        coveredBuckets: TLS_BUCKET_PREFIX,
    },
    needs: {
        podSlots: OPERATOR_POD_SLOTS,
        nodeLabels: { "kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux" },
        busy,
    },
    publicDefaults: {
        affinity: {
            nodeAffinity: {
                requiredDuringSchedulingIgnoredDuringExecution: {
                    nodeSelectorTerms: [
                        {
                            matchExpressions: [
                                { key: "kubernetes.io/arch", operator: "In", values: ["amd64"] },
                                { key: "kubernetes.io/os", operator: "In", values: ["linux"] },
                            ],
                        },
                    ],
                },
            },
        },
        nodeSelector: {},
        tolerations: [],
        enableCustomServiceAccounts: false,
        "alb.tolerations": [],
        "keda.tolerations": [],
    },
};

function lease(namespace: string, name: string): ObjectRef {
    return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace, name };
}

function secret(namespace: string, name: string): ObjectRef {
    return { apiVersion: "v1", kind: "Secret", namespace, name };
}

function probes({ customResourceDefinitions, namespace }: ProbeContext): readonly Probe[] {
    return [
        ...customResourceDefinitions.flatMap(oldVersionReads),
        {
            request: "ingress creation",
            method: "POST",
            path: `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`,
            body: {
                apiVersion: "networking.k8s.io/v1",
                kind: "Ingress",
                metadata: { generateName: "pulumi-hyperpod-probe-" },
                spec: {
                    ingressClassName: "alb",
                    defaultBackend: { service: { name: "probe", port: { number: 80 } } },
                },
            },
        },
        { request: "external metrics", method: "GET", path: "/apis/external.metrics.k8s.io/v1beta1" },
    ];
}

interface DefinitionSpec {
    readonly group: string;
    readonly names: { readonly plural: string };
    readonly versions: readonly {
        readonly name: string;
        readonly served: boolean;
        readonly storage: boolean;
    }[];
}

/** A change that changes nothing passes admission and conversion like any other. Through an old version where there is one. */
function writeProbes(
    crd: KubernetesObject,
    { namespace, name }: Pick<ObjectRef, "name" | "namespace">,
): Probe[] {
    const { group, names, versions } = crd.spec as DefinitionSpec;
    const served = versions.filter((version) => version.served);
    const old = served.filter(({ storage }) => !storage);
    // What refuses a write through the stored version refuses one that is converted as well.
    return (old.length > 0 ? old : served).map((version) => ({
        request: "writing models",
        method: "PATCH",
        path: `/apis/${group}/${version.name}/namespaces/${namespace}/${names.plural}/${name}`,
        body: {},
    }));
}

/** Reading through a version that is not the stored one passes the conversion webhook. */
function oldVersionReads(crd: KubernetesObject): Probe[] {
    const spec = crd.spec as DefinitionSpec;
    return spec.versions
        .filter((version) => version.served && !version.storage)
        .map((version) => ({
            request: "models through the old version",
            method: "GET",
            path: `/apis/${spec.group}/${version.name}/${spec.names.plural}`,
        }));
}
