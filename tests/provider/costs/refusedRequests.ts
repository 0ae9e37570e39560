// How a move hands over comes in; how long each kind of request was refused there and back goes out. In memory, as slow as real nodes: 60 s until pods are Ready.

import { slowWorld } from "../handover/slowWorld";
import { assertDone } from "../memory/expectations";
import { MemoryStack } from "../memoryStack";

/** Seconds by kind of request; a kind that was always answered is absent. */
export async function refusedSeconds(
    inputs: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, number>>> {
    const world = slowWorld();
    const stack = new MemoryStack(world, { clusterName: "demo", skipDependenciesMigration: true, ...inputs });
    const requests = world.watchRequests();
    assertDone(await stack.up());
    world.settle();
    assertDone(await stack.destroy());
    world.settle();
    return requests.seconds();
}
