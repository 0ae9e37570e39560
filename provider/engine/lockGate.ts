// The gate that every write of a session passes: closed until the lock is held, and again once it was given back.
import type { Clock, Gate, Pass } from "../ports/world";
import type { HeldLock } from "./heldLock";

export class LockGate implements Gate {
    #held: HeldLock | undefined;

    get lock(): HeldLock | undefined {
        return this.#held;
    }

    open(held: HeldLock): void {
        this.#held = held;
    }

    /** Answers the lock that is to be given back. */
    close(): HeldLock | undefined {
        const held = this.#held;
        this.#held = undefined;
        return held;
    }

    check(): void {
        this.#needed().check();
    }

    async pass(): Promise<Pass> {
        return this.#needed().pass();
    }

    /** A wait is a safe point too: nobody waits for an add-on on behalf of an engine that is gone, or without the lock. */
    stoppable(clock: Clock): Clock {
        return {
            now: () => clock.now(),
            monotonic: () => clock.monotonic(),
            every: (milliseconds, work) => clock.every(milliseconds, work),
            sleep: async (milliseconds) => {
                this.#held?.check();
                await clock.sleep(milliseconds);
                this.#held?.check();
            },
        };
    }

    #needed(): HeldLock {
        if (this.#held === undefined) throw new Error("a write was tried without the lock");
        return this.#held;
    }
}
