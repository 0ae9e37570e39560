// Deployments that are to be made again come in; returns once the garbage collector has taken away the ReplicaSets that former ones of their names left behind. A Deployment that finds one of them counts a collision for ever. Writes nothing.
import { mapConcurrently } from "../../common/mapConcurrently";
import { poll } from "../ports/poll";
import type { KubernetesObject, World } from "../ports/world";

/** The collector needs seconds; whoever waits longer waits for a collector that does not run. */
const COLLECTED_MS = 60_000;
const LOOK_MS = 500;

/** `missing`: of any kind, none of them in the cluster now. After a minute it goes on, and tells. */
export async function awaitCollected(
    world: World,
    missing: readonly KubernetesObject[],
    step: string,
): Promise<void> {
    const deployments = missing.filter(({ kind }) => kind === "Deployment");
    if (deployments.length === 0) return;
    let isTold = false;
    const look = async () => {
        const left = await leftBehind(world, deployments);
        if (left.length > 0 && !isTold) {
            world.log.progress(`${step}: waiting for ${left.join(", ")} to be collected`);
            isTold = true;
        }
        return left;
    };
    const pace = { timeoutMs: COLLECTED_MS, pauseMs: LOOK_MS };
    const left = await poll(world.clock, pace, look, (names) => names.length === 0);
    if (left.length > 0)
        world.log.warn(
            `${step}: ${left.join(", ")} of former Deployments are still there; those that are made again count a collision in their status`,
        );
}

/** No Deployment of these names is there: whatever names one as its owner is left behind. */
async function leftBehind(world: World, deployments: readonly KubernetesObject[]): Promise<string[]> {
    const namespaces = [...new Set(deployments.map(({ metadata }) => metadata.namespace ?? ""))];
    const sets = await mapConcurrently(namespaces, (namespace) =>
        world.objects.list("apps/v1", "ReplicaSet", { namespace, metadataOnly: true }),
    );
    const isOf = (set: KubernetesObject, { metadata }: KubernetesObject) =>
        set.metadata.namespace === metadata.namespace &&
        (set.metadata.ownerReferences ?? []).some(
            ({ kind, name }) => kind === "Deployment" && name === metadata.name,
        );
    return sets
        .flat()
        .filter((set) => deployments.some((one) => isOf(set, one)))
        .map(({ metadata }) => `ReplicaSet ${metadata.namespace}/${metadata.name}`);
}
