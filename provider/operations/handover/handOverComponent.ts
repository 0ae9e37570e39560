// One component whose old and new pods both run: waits until the new ones are Available, then requests, work and leadership go over to them, in this order. At no moment without a pod that answers, at none with two that act.
import { TERMINATION_MS } from "../../../common/timeouts";
import { poll } from "../../ports/poll";
import type { ObjectRef, World } from "../../ports/world";
import { type Bridge, cutBridge, followBridge } from "./bridge";
import { type LeaseMemory, letRunOut, releaseLeases } from "./heldLeases";

const LOOK_MS = 1_000;
/** Until every API server has forgotten the slices. */
const FORGOTTEN_MS = 1_000;

export interface GenerationPair {
    /** Deployments of the generation that serves and leads now. */
    readonly old: readonly ObjectRef[];
    /** Those that take over. */
    readonly next: readonly ObjectRef[];
    readonly bridges: readonly Bridge[];
    /** Held so that the new generation does not lead before its time. */
    readonly leases: readonly LeaseMemory[];
    readonly timeoutMs: number;
}

/** After a kill it is done again from the start: whatever was done already writes nothing. */
export async function handOverComponent(
    world: World,
    migrationId: string,
    { old, next, bridges, leases, timeoutMs }: GenerationPair,
): Promise<void> {
    await poll(
        world.clock,
        { timeoutMs, pauseMs: LOOK_MS },
        async () => {
            // Old pods may move as long as they serve.
            for (const bridge of bridges) await followBridge(world, migrationId, bridge);
            const status = await Promise.all(next.map((ref) => world.workloads.status(ref)));
            return status.every((one) => one?.upToDate === true && one.available >= one.desired);
        },
        (isAvailable) => isAvailable,
    );
    // Throws with the pods' reasons when the time is over.
    await world.workloads.waitAvailable(next, LOOK_MS);
    for (const bridge of bridges) await cutBridge(world, migrationId, bridge);
    await world.clock.sleep(FORGOTTEN_MS);
    for (const ref of old)
        if (((await world.workloads.replicas(ref)) ?? 0) > 0) await world.workloads.scale(ref, 0);
    // From here on nobody would lead for ever if this process ended now.
    const held = leases.map(({ ref }) => ref);
    await letRunOut(world, migrationId, held);
    await world.workloads.waitGone(old, TERMINATION_MS);
    await releaseLeases(world, migrationId, leases);
}
