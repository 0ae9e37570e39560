// An EKS cluster comes in, the HyperPod clusters that it orchestrates go out. Writes nothing.
import type { ClusterSummary } from "@aws-sdk/client-sagemaker";
import { closedGate } from "../locklessGates";
import { openClient } from "./client";
import type { AwsSession } from "./session";

/** ARNs of the HyperPod clusters whose orchestrator is this EKS cluster; there should be exactly one. */
export async function findHyperpodClusters(session: AwsSession, eksClusterArn: string): Promise<string[]> {
    const { DescribeClusterCommand, paginateListClusters, SageMakerClient } = await import(
        "@aws-sdk/client-sagemaker"
    );
    const client = openClient(SageMakerClient, session, "sagemaker", closedGate);
    try {
        const summaries: ClusterSummary[] = [];
        for await (const page of paginateListClusters({ client, pageSize: 100 }, {}))
            summaries.push(...(page.ClusterSummaries ?? []));
        const found: string[] = [];
        for (const { ClusterArn: arn, ClusterName: name } of summaries) {
            const cluster = await client.send(new DescribeClusterCommand({ ClusterName: arn ?? name }));
            if (cluster.Orchestrator?.Eks?.ClusterArn === eksClusterArn && cluster.ClusterArn)
                found.push(cluster.ClusterArn);
        }
        return found;
    } finally {
        client.destroy();
    }
}
