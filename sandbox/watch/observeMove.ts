/**
 * A sandbox comes in while something is about to happen to it; on `stop`, what that did to the served models goes out:
 * deletions, controllers away or there twice, requests refused. Changes nothing in the cluster.
 */
import { ClusterSource, type Observable } from "./clusterSource";
import { Controllers } from "./controllers";
import { GuardedObjects } from "./guardedObjects";
import type { Observation } from "./observation";
import { Prober } from "./prober";
import type { MoveSource } from "./source";

export { OBSERVER_USER_AGENT } from "./clusterSource";
export { describeObservation } from "./describeObservation";
export type { Deletion, Observation, Refusal } from "./observation";

const PROBE_EVERY_MS = 500;

export interface RunningObservation {
    stop(): Promise<Observation>;
}

export function observeMove(sandbox: Observable): Promise<RunningObservation> {
    return observe(new ClusterSource(sandbox), PROBE_EVERY_MS);
}

export async function observe(source: MoveSource, probeEveryMs: number): Promise<RunningObservation> {
    const start = source.now();
    const guarded = new GuardedObjects();
    const controllers = new Controllers();
    try {
        await Promise.all([
            source.followGuarded((kind, objects) =>
                guarded.update(kind, objects, (source.now() - start) / 1000),
            ),
            source.followDeployments((deployments) => controllers.update(deployments, source.now())),
        ]);
        const prober = new Prober(await source.probes(), probeEveryMs, () => source.now());
        return { stop: () => finish(source, start, guarded, controllers, prober) };
    } catch (error) {
        await source.stop();
        throw error;
    }
}

async function finish(
    source: MoveSource,
    start: number,
    guarded: GuardedObjects,
    controllers: Controllers,
    prober: Prober,
): Promise<Observation> {
    const refused = await prober.stop();
    const end = source.now();
    const problems = await source.stop();
    return {
        seconds: (end - start) / 1000,
        deletions: guarded.deletions,
        away: controllers.away(end),
        twoActive: controllers.twoActive(end),
        refused,
        problems,
    };
}
