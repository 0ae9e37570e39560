// A command comes in and runs once; the world and the stack as they are before and after each of its writes go out. A process killed there leaves exactly that.
import { MemoryStack, type Result } from "../memoryStack";
import type { MemoryWorld } from "../memoryWorld";
import type { Data } from "./data";
import type { Moment, Mover } from "./mover";

export interface KilledAt {
    readonly write: number;
    readonly moment: Moment;
    /** The write, in words. */
    readonly what: string;
    readonly data: Data;
    readonly saved: ReturnType<MemoryStack["save"]>;
}

/** Everything that the command's process leaves when it is killed at any of its writes, in order. */
export async function killedAtEveryWrite(
    stack: MemoryStack,
    command: (prepare: (mover: Mover) => void) => Promise<Result>,
): Promise<{ readonly result: Result; readonly killed: readonly KilledAt[] }> {
    const killed: KilledAt[] = [];
    const note = (write: number, moment: Moment, what: string) =>
        killed.push({ write, moment, what, data: stack.world.snapshot(), saved: stack.save() });
    const result = await command((mover) => {
        mover.onWrite = (write) => note(write, "before", mover.writes[write - 1] ?? "");
        mover.onWritten = (write) => note(write, "after", mover.writes[write - 1] ?? "");
    });
    return { result, killed };
}

/** The world as it was then, and a stack with what its file held. */
export function backAt(world: MemoryWorld, { data, saved }: KilledAt): MemoryStack {
    world.restore(data);
    const stack = new MemoryStack(world);
    stack.load(saved);
    return stack;
}
