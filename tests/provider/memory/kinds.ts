// Which kinds the simulated API server serves: the built-in ones by a table, the others by their CRDs.
import type { KubernetesObject, ObjectRef } from "../../../provider/ports/world";

/** Namespaced kinds first, cluster-scoped ones after the slash. */
const BUILT_IN: Record<string, string> = {
    v1: "Pod Service ServiceAccount Secret ConfigMap PersistentVolumeClaim / Namespace Node PersistentVolume",
    "apps/v1": "Deployment DaemonSet ReplicaSet StatefulSet /",
    "coordination.k8s.io/v1": "Lease /",
    "discovery.k8s.io/v1": "EndpointSlice /",
    "networking.k8s.io/v1": "Ingress / IngressClass",
    "rbac.authorization.k8s.io/v1": "Role RoleBinding / ClusterRole ClusterRoleBinding",
    "storage.k8s.io/v1": "/ CSIDriver",
    "apiextensions.k8s.io/v1": "/ CustomResourceDefinition",
    "apiregistration.k8s.io/v1": "/ APIService",
    "admissionregistration.k8s.io/v1":
        "/ MutatingWebhookConfiguration ValidatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding",
    "policy/v1": "PodDisruptionBudget /",
    "cert-manager.io/v1": "Certificate Issuer / ClusterIssuer",
};

const NAMESPACED = new Map(
    Object.entries(BUILT_IN).flatMap(([apiVersion, kinds]) => {
        const [namespaced = "", cluster = ""] = kinds.split("/");
        const entries = (text: string, is: boolean) =>
            text
                .split(" ")
                .filter(Boolean)
                .map((kind) => [`${apiVersion} ${kind}`, is] as const);
        return [...entries(namespaced, true), ...entries(cluster, false)];
    }),
);

export function builtInScope(apiVersion: string, kind: string): boolean | undefined {
    return NAMESPACED.get(`${apiVersion} ${kind}`);
}

export function groupOfApi(apiVersion: string): string {
    return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/** One key for an object whatever version it is named in. */
export function objectKey({ apiVersion, kind, namespace, name }: ObjectRef): string {
    return `${groupOfApi(apiVersion)}/${kind} ${namespace ?? ""}/${name}`;
}

export function keyOfObject({ apiVersion, kind, metadata }: KubernetesObject): string {
    return `${groupOfApi(apiVersion)}/${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}
