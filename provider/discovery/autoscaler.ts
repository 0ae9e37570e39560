// Looks for what makes nodes when pods wait for them: Karpenter (EKS Auto Mode and HyperPod's own autoscaling are Karpenter too), or the cluster autoscaler. Writes nothing.
import type { World } from "../ports/world";

const NODE_POOLS = { apiVersion: "karpenter.sh/v1", kind: "NodePool" };
/** How the charts and manifests of the cluster autoscaler label it. */
const CLUSTER_AUTOSCALER = [
    "app.kubernetes.io/name=aws-cluster-autoscaler",
    "app.kubernetes.io/name=cluster-autoscaler",
    "app=cluster-autoscaler",
    "k8s-app=cluster-autoscaler",
];

/** Its name for people; undefined when there is none. */
export async function findAutoscaler({ objects }: World): Promise<string | undefined> {
    if (await objects.serves(NODE_POOLS.apiVersion, NODE_POOLS.kind)) {
        const pools = await objects.list(NODE_POOLS.apiVersion, NODE_POOLS.kind, { metadataOnly: true });
        if (pools.length > 0)
            return `Karpenter (NodePool ${pools.map(({ metadata }) => metadata.name).join(", ")})`;
    }
    const found = await Promise.all(
        CLUSTER_AUTOSCALER.map((labelSelector) =>
            objects.list("apps/v1", "Deployment", { labelSelector, metadataOnly: true }),
        ),
    );
    const [autoscaler] = found.flat();
    return (
        autoscaler && `the cluster autoscaler (${autoscaler.metadata.namespace}/${autoscaler.metadata.name})`
    );
}
