// A namespace comes in; which controllers are available, and why the others are not, goes out. Reads only.
import { statusOf } from "../kubernetes/workloadStatus";
import type { ClusterReads } from "./clusterOfResource";

export interface ControllerReport {
    readonly allAvailable: boolean;
    /** One line per controller, like "keda-operator 1/1". */
    readonly controllers: string[];
    /** One line per pod that does not run, with what Kubernetes says about it. */
    readonly failingPods: string[];
}

/** The Deployments of the add-on's namespace: everything in it belongs to the add-on. */
export async function reportControllers(
    {
        objects,
        workloads,
    }: Pick<ClusterReads, "workloads"> & { objects: Pick<ClusterReads["objects"], "list"> },
    namespace: string,
): Promise<ControllerReport> {
    const [deployments, failingPods] = await Promise.all([
        objects.list("apps/v1", "Deployment", { namespace }),
        workloads.failingPods(namespace),
    ]);
    const all = deployments.map((deployment) => ({
        name: deployment.metadata.name,
        ...statusOf(deployment),
    }));
    return {
        // None is not all.
        allAvailable:
            all.length > 0 &&
            all.every(({ available, desired, upToDate }) => upToDate && available >= desired),
        controllers: all.map(({ name, available, desired }) => `${name} ${available}/${desired}`).sort(),
        failingPods: failingPods.map(({ told }) => told).sort(),
    };
}
