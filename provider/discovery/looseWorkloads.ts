// What runs without a Deployment, DaemonSet or StatefulSet above it: bare ReplicaSets and pods, and those that an extension's kind keeps (an Argo Rollout, a CloneSet). Asked so that the many others are not sent. Writes nothing.
import { keyOf, refTo } from "../kubernetes/objectRef";
import type { KubernetesObject, OwnerReference, World } from "../ports/world";

/** Labels that the built-in controllers put on what they make. */
const OF_DEPLOYMENTS = "pod-template-hash";
const OF_OTHERS = ["controller-revision-hash", "job-name"];
const BUILT_IN = new Set(["ReplicaSet", "DaemonSet", "StatefulSet", "Deployment", "Job", "Node"]);

interface PodShape {
    readonly status?: { readonly phase?: string };
}

/** As workloads with a template, under the name of whoever keeps them. */
export async function looseWorkloads({ objects }: World): Promise<KubernetesObject[]> {
    const without = (labels: readonly string[]) => labels.map((label) => `!${label}`).join(",");
    const [sets, pods] = await Promise.all([
        objects.list("apps/v1", "ReplicaSet", { labelSelector: without([OF_DEPLOYMENTS]), mayBeOld: true }),
        objects.list("v1", "Pod", { labelSelector: without([OF_DEPLOYMENTS, ...OF_OTHERS]), mayBeOld: true }),
    ]);
    const running = pods.filter(
        (pod) => !["Succeeded", "Failed"].includes((pod as PodShape).status?.phase ?? ""),
    );
    const loose = [...sets, ...running.map(asWorkload)].filter(
        ({ metadata }) => !BUILT_IN.has(keeperOf(metadata.ownerReferences)?.kind ?? ""),
    );
    return [...new Map(loose.map(underKeeper).map((one) => [keyOf(refTo(one)), one])).values()];
}

function keeperOf(owners: readonly OwnerReference[] = []): OwnerReference | undefined {
    return owners.find(({ controller }) => controller === true) ?? owners[0];
}

function asWorkload(pod: KubernetesObject): KubernetesObject {
    const { labels = {} } = pod.metadata;
    return { ...pod, spec: { template: { metadata: { labels }, spec: pod.spec } } };
}

function underKeeper(workload: KubernetesObject): KubernetesObject {
    const keeper = keeperOf(workload.metadata.ownerReferences);
    if (keeper === undefined) return workload;
    const { apiVersion, kind, name } = keeper;
    return { ...workload, apiVersion, kind, metadata: { ...workload.metadata, name } };
}
