// Looks for what makes nodes when pods wait for them: Karpenter (EKS Auto Mode and HyperPod's own autoscaling are Karpenter too), or the cluster autoscaler. Writes nothing.
import type { Objects } from "../ports/world";

interface Reads {
    readonly objects: Pick<Objects, "serves" | "list">;
}

/** Newest first. */
const NODE_POOLS = [
    { apiVersion: "karpenter.sh/v1", kind: "NodePool" },
    { apiVersion: "karpenter.sh/v1beta1", kind: "NodePool" },
    { apiVersion: "karpenter.sh/v1alpha5", kind: "Provisioner" },
];
/** How the charts and manifests of the cluster autoscaler label it. */
const CLUSTER_AUTOSCALER = [
    "app.kubernetes.io/name=aws-cluster-autoscaler",
    "app.kubernetes.io/name=cluster-autoscaler",
    "app=cluster-autoscaler",
    "k8s-app=cluster-autoscaler",
];

/** Its name for people; undefined when there is none. */
export async function findAutoscaler(world: Reads): Promise<string | undefined> {
    return (await findKarpenter(world)) ?? (await findClusterAutoscaler(world));
}

async function findKarpenter({ objects }: Reads): Promise<string | undefined> {
    for (const { apiVersion, kind } of NODE_POOLS) {
        if (!(await objects.serves(apiVersion, kind))) continue;
        const pools = await objects.list(apiVersion, kind, { metadataOnly: true });
        if (pools.length > 0)
            return `Karpenter (${kind} ${pools.map(({ metadata }) => metadata.name).join(", ")})`;
    }
    return undefined;
}

/** One that somebody stopped makes no nodes. */
async function findClusterAutoscaler({ objects }: Reads): Promise<string | undefined> {
    const found = await Promise.all(
        CLUSTER_AUTOSCALER.map((labelSelector) => objects.list("apps/v1", "Deployment", { labelSelector })),
    );
    const autoscaler = found
        .flat()
        .find(({ spec }) => (spec as { replicas?: number } | undefined)?.replicas !== 0);
    return (
        autoscaler && `the cluster autoscaler (${autoscaler.metadata.namespace}/${autoscaler.metadata.name})`
    );
}
