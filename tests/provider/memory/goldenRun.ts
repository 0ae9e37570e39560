// A world before a move comes in; what a move and its undo that nobody disturbs leave and write goes out. Leaves the world as the undo left it.
import type { State } from "../../../sandbox/compare/capturedState";
import { MemoryStack } from "../memoryStack";
import type { MemoryWorld } from "../memoryWorld";
import type { Data } from "./data";
import { assertDone, stateOf } from "./expectations";

export interface GoldenRun {
    readonly golden: State;
    /** World and stack between the move and its undo. */
    readonly moved: { readonly data: Data; readonly saved: ReturnType<MemoryStack["save"]> };
    /** What was written, in order. */
    readonly writes: { readonly up: readonly string[]; readonly destroy: readonly string[] };
}

export async function goldenRun(
    world: MemoryWorld,
    snapshot: Data,
    stackOf: (world: MemoryWorld) => MemoryStack = (of) => new MemoryStack(of),
): Promise<GoldenRun> {
    world.restore(snapshot);
    const stack = stackOf(world);
    const up = await stack.up();
    assertDone(up);
    const golden = stateOf(world, true);
    const moved = { data: world.snapshot(), saved: stack.save() };
    const destroy = await stack.destroy();
    assertDone(destroy);
    return { golden, moved, writes: { up: up.mover.writes, destroy: destroy.mover.writes } };
}
