// The properties of a resource come in; what reads its AWS account and its cluster goes out. Nothing here writes to a cluster.
import { AWS_REACH } from "../../common/awsAccess";
import { ErrorCode, MigrationError } from "../../common/errors";
import { hasUnknown } from "../../common/unknownValue";
import type { SessionRequest } from "../adapters/aws/session";
import { KubernetesObjects } from "../adapters/kubernetes/objects";
import { KubernetesWorkloads } from "../adapters/kubernetes/workloads";
import { closedGate } from "../adapters/locklessGates";
import { openCluster } from "../adapters/openCluster";
import type { Log, Objects, Workloads } from "../ports/world";
import { systemClock } from "../process/systemClock";
import type { Bag } from "../pulumi/propertyBag";

/** Undefined while a preview does not know all of it. */
export function reachIn(bag: Bag): SessionRequest | undefined {
    const given = AWS_REACH.map((key) => [key, bag[key]] as const).filter(([, value]) => value != null);
    return hasUnknown(given) ? undefined : (Object.fromEntries(given) as SessionRequest);
}

export interface ClusterReads {
    readonly objects: Pick<Objects, "list" | "read" | "serves">;
    readonly workloads: Pick<Workloads, "failingPods">;
}

const SILENT: Log = { progress: () => undefined, warn: () => undefined };

/** Undefined when the cluster is gone. */
export async function reachCluster(
    request: SessionRequest,
    clusterName: string,
): Promise<ClusterReads | undefined> {
    try {
        const { api, discovery } = await openCluster(
            { ...request, clusterName },
            systemClock,
            SILENT,
            closedGate,
        );
        const objects = new KubernetesObjects(api, discovery);
        return { objects, workloads: new KubernetesWorkloads(objects, systemClock) };
    } catch (error) {
        if (error instanceof MigrationError && error.code === ErrorCode.ClusterNotFound) return undefined;
        throw error;
    }
}
