// An EKS cluster comes in, the HyperPod cluster that it orchestrates goes out. Writes nothing.
import type { ClusterSummary } from "@aws-sdk/client-sagemaker";
import { type Connection, sagemakerClient } from "./connection";

/** ARNs of the HyperPod clusters whose orchestrator is this EKS cluster; there should be exactly one. */
export async function findHyperpodClusters(connection: Connection, eksClusterArn: string): Promise<string[]> {
    const { DescribeClusterCommand, paginateListClusters } =
        require("@aws-sdk/client-sagemaker") as typeof import("@aws-sdk/client-sagemaker");
    const client = sagemakerClient(connection);
    try {
        const summaries: ClusterSummary[] = [];
        for await (const page of paginateListClusters({ client, pageSize: 100 }, {})) {
            summaries.push(...(page.ClusterSummaries ?? []));
        }
        const found: string[] = [];
        for (const { ClusterArn: arn, ClusterName: name } of summaries) {
            const cluster = await client.send(new DescribeClusterCommand({ ClusterName: arn ?? name }));
            if (cluster.Orchestrator?.Eks?.ClusterArn === eksClusterArn && cluster.ClusterArn) {
                found.push(cluster.ClusterArn);
            }
        }
        return found;
    } finally {
        client.destroy();
    }
}
