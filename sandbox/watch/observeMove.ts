/**
 * A sandbox comes in while something is about to happen to it; on `stop`, what that did to the served models goes out:
 * deletions, controllers away or there twice, requests refused. Changes nothing in the cluster.
 */
import { ClusterSource, type Observable } from "./clusterSource";
import { Controllers } from "./controllers";
import { everyRequest } from "./everyRequest";
import { GuardedObjects } from "./guardedObjects";
import type { Observation } from "./observation";
import { PodChanges } from "./podChanges";
import { Prober } from "./prober";
import type { MoveSource } from "./source";

export { OBSERVER_USER_AGENT } from "./clusterSource";
export { describeObservation } from "./describeObservation";
export type { Deletion, Observation, Refusal, Span } from "./observation";

/** Watches tell at once what happens to objects and pods. Requests through webhooks are dear: asked four times a second, they made a move a third longer. */
const PROBE_EVERY_MS = 500;

export interface RunningObservation {
    stop(): Promise<Observation>;
}

export function observeMove(sandbox: Observable): Promise<RunningObservation> {
    return observe(new ClusterSource(sandbox), PROBE_EVERY_MS);
}

/** Where not one request may be refused: every kind, five times a second. It costs the move time. */
const EVERY_REQUEST_MS = 200;

export function observeEveryRequest(sandbox: Observable): Promise<RunningObservation> {
    return observe(new ClusterSource(sandbox, everyRequest), EVERY_REQUEST_MS);
}

export async function observe(source: MoveSource, probeEveryMs: number): Promise<RunningObservation> {
    const start = source.now();
    const guarded = new GuardedObjects();
    const controllers = new Controllers();
    const podChanges = new PodChanges();
    try {
        await Promise.all([
            source.followGuarded((kind, objects) =>
                guarded.update(kind, objects, (source.now() - start) / 1000),
            ),
            source.followPods((pods) => {
                controllers.update(pods, source.now());
                podChanges.update(pods, source.now());
            }),
        ]);
        const prober = new Prober(await source.probes(), probeEveryMs, () => source.now());
        return { stop: () => finish({ source, start, guarded, controllers, podChanges, prober }) };
    } catch (error) {
        await source.stop();
        throw error;
    }
}

interface Running {
    source: MoveSource;
    start: number;
    guarded: GuardedObjects;
    controllers: Controllers;
    podChanges: PodChanges;
    prober: Prober;
}

async function finish(running: Running): Promise<Observation> {
    const { source, start, guarded, controllers, podChanges, prober } = running;
    const refused = await prober.stop();
    const end = source.now();
    const problems = await source.stop();
    return {
        seconds: (end - start) / 1000,
        deletions: guarded.deletions,
        away: controllers.away(end),
        twoActive: controllers.twoActive(end),
        podsChanging: podChanges.spans(end),
        refused,
        problems,
    };
}
