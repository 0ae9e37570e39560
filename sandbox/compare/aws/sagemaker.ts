/** SageMaker comes in; HyperPod clusters with their tags go out. */
import {
    DescribeClusterCommand,
    paginateListClusters,
    paginateListTags,
    SageMakerClient,
} from "@aws-sdk/client-sagemaker";
import { all } from "./pages";
import { type ClientConfig, type Resource, resource } from "./resource";

export async function captureSageMaker(config: ClientConfig): Promise<Resource[]> {
    const client = new SageMakerClient(config);
    const clusters = await all(paginateListClusters({ client }, {}), (page) => page.ClusterSummaries);
    return Promise.all(
        clusters.map(async ({ ClusterName, ClusterArn }) => {
            const [cluster, Tags] = await Promise.all([
                client.send(new DescribeClusterCommand({ ClusterName })),
                all(paginateListTags({ client }, { ResourceArn: ClusterArn }), (page) => page.Tags),
            ]);
            return resource(`sagemaker:Cluster ${ClusterName}`, { ...cluster, Tags }, ClusterArn);
        }),
    );
}
