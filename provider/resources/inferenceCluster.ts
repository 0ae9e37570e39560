// The resource that remembers whose things are whose and which HyperPod cluster it is. Looks, and writes nothing anywhere.
import { type Connection, connectionIn } from "./connection";
import {
    type Bag,
    type CheckFailure,
    clean,
    differs,
    isUnknown,
    type Lifecycle,
    memoryOnly,
    unknownSentinel,
} from "./dynamicResults";
import { findHyperpodClusters } from "./hyperpodCluster";

const remembered = ["clusterName", "clusterArn", "hyperpodClusterArn", "owner"];
const lookups = new Map<string, Promise<string[]>>();

/** One look-up per cluster and process: check is called one resource after the other. */
function lookUp(connection: Connection, eksClusterArn: string): Promise<string[]> {
    const key = JSON.stringify([connection, eksClusterArn]);
    let pending = lookups.get(key);
    if (!pending) {
        pending = findHyperpodClusters(connection, eksClusterArn);
        pending.catch(() => lookups.delete(key));
        lookups.set(key, pending);
    }
    return pending;
}

async function hyperpodClusterArn(news: Bag): Promise<{ arn?: string; failure?: CheckFailure }> {
    const given = news["givenHyperpodClusterArn"] as string | undefined;
    if (given !== undefined) return { arn: given };
    const connection = connectionIn(news);
    if (connection === undefined || isUnknown(news["clusterArn"])) return { arn: unknownSentinel };
    const clusterName = String(news["clusterName"]);
    let found: string[];
    try {
        found = await lookUp(connection, String(news["clusterArn"]));
    } catch (error) {
        const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
        const reason =
            `could not be found, because the HyperPod clusters cannot be listed (${why}). ` +
            "Allow sagemaker:ListClusters and sagemaker:DescribeCluster, or give hyperpodClusterArn.";
        return { failure: { property: "hyperpodClusterArn", reason } };
    }
    if (found.length === 1 && found[0]) return { arn: found[0] };
    const reason =
        found.length === 0
            ? `no HyperPod cluster in ${connection.region} uses the EKS cluster ${clusterName} as its orchestrator. ` +
              "Create the HyperPod cluster first, or give hyperpodClusterArn."
            : `several HyperPod clusters use the EKS cluster ${clusterName}: ${found.join(", ")}. Give hyperpodClusterArn.`;
    return { failure: { property: "hyperpodClusterArn", reason } };
}

export const inferenceCluster: Lifecycle = {
    async check(olds, news) {
        const { arn, failure } = await hyperpodClusterArn(news);
        // The first owner stays, so that a renamed stack or component does not lose sight of what it made.
        const owner = (news["givenOwner"] ?? olds["owner"] ?? news["defaultOwner"]) as string;
        const inputs = clean({ ...news, owner, hyperpodClusterArn: arn });
        return failure ? { inputs, failures: [failure] } : { inputs };
    },
    async diff(_id, olds, news) {
        return { changes: differs(olds, news, remembered) };
    },
    ...memoryOnly,
};
