// What a colleague's act is for the tests: how it is done, and how it is found again afterwards.
import type { MemoryWorld } from "../memoryWorld";

export type Ending = "up" | "destroy";

/** How the commands around an act ended. */
export interface Aftermath {
    readonly first: Ending;
    readonly ending: Ending;
    /** Before there was a backup, or after the undo: of what is taken away then a move knows nothing. */
    readonly isOutside: boolean;
    /** All that people were told: progress, warnings, errors, drift. */
    readonly told: string;
}

export interface RivalAct {
    readonly name: string;
    /** Both generations run until that is answered. */
    readonly startsHelms?: true;
    /** Controllers go with it. */
    readonly takesControllers?: true;
    /** What the release consists of is another thing than was planned. */
    readonly changesRelease?: true;
    /** Answers whether there was anything to act on. */
    act(world: MemoryWorld): boolean;
    /** Fails when the act is not found any more, and was reverted in silence. */
    assertKept(world: MemoryWorld, after: Aftermath): void;
}
