// One component whose old and new pods both run: waits until the new ones are Available, then requests, work and leadership go over to them, in this order. At no moment without a pod that answers, at none with two that act.
import { TERMINATION_MS } from "../../../common/timeouts";
import { poll } from "../../ports/poll";
import type { ObjectRef, World } from "../../ports/world";
import { type Bridge, cutBridge, followBridge, leadsByItself } from "./bridge";
import { type LeaseMemory, letRunOut, releaseLeases } from "./heldLeases";

const LOOK_MS = 1_000;
/** Until every API server has seen what was written: slices that are gone, entries that changed. */
const SEEN_MS = 1_000;

export interface GenerationPair {
    /** Deployments of the generation that serves and leads now. */
    readonly old: readonly ObjectRef[];
    /** Those that take over. */
    readonly next: readonly ObjectRef[];
    readonly bridges: readonly Bridge[];
    /** Asked for once no slice leads to the old pods any more. */
    readonly letConnectionsGo: () => Promise<void>;
    /** Held so that the new generation does not lead before its time. */
    readonly leases: readonly LeaseMemory[];
    readonly timeoutMs: number;
}

/** After a kill it is done again from the start: whatever was done already writes nothing. */
export async function handOverComponent(
    world: World,
    migrationId: string,
    { old, next, bridges, letConnectionsGo, leases, timeoutMs }: GenerationPair,
): Promise<void> {
    await poll(
        world.clock,
        { timeoutMs, pauseMs: LOOK_MS },
        async () => {
            // Old pods may move as long as they serve.
            for (const bridge of bridges) await followBridge(world, migrationId, bridge);
            const status = await Promise.all(next.map((ref) => world.workloads.status(ref)));
            const isAvailable = status.every((one) => one?.upToDate === true && one.available >= one.desired);
            return isAvailable ? serviceWithoutPods(world, bridges) : "not available";
        },
        (missing) => missing === undefined,
    );
    // Throws with the pods' reasons when the time is over.
    await world.workloads.waitAvailable(next, LOOK_MS);
    const lost = await serviceWithoutPods(world, bridges);
    if (lost !== undefined)
        throw new Error(`no EndpointSlice of ${lost} names a pod of the add-on that is Ready`);
    for (const bridge of bridges) await cutBridge(world, migrationId, bridge);
    await world.clock.sleep(SEEN_MS);
    await letConnectionsGo();
    await world.clock.sleep(SEEN_MS);
    for (const ref of old)
        if (((await world.workloads.replicas(ref)) ?? 0) > 0) await world.workloads.scale(ref, 0);
    // From here on nobody would lead for ever if this process ended now.
    const held = leases.map(({ ref }) => ref);
    await letRunOut(world, migrationId, held);
    await world.workloads.waitGone(old, TERMINATION_MS);
    await releaseLeases(world, migrationId, leases);
}

/** The first that would lead nowhere without the bridge. */
async function serviceWithoutPods(world: World, bridges: readonly Bridge[]): Promise<string | undefined> {
    const lead = await Promise.all(bridges.map((one) => leadsByItself(world, one)));
    const lost = bridges.find((_, index) => lead[index] !== true);
    return lost && `Service ${lost.to.namespace}/${lost.to.name}`;
}
