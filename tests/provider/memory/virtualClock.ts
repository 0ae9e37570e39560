// Waits in, the order of wake-ups out: time jumps to the next wake-up as soon as every mover waits. Nobody here waits for real time.
import type { Clock } from "../../../provider/ports/world";

interface Sleeper {
    readonly at: number;
    readonly wake: () => void;
    /** A renewal alone does not make time pass. */
    readonly background: boolean;
}

export class VirtualClock implements Clock {
    #sleepers: Sleeper[] = [];
    #driving = false;

    constructor(
        readonly now: () => number,
        /** Lets the simulated controllers run until then. */
        readonly advanceTo: (time: number) => void,
    ) {}

    monotonic(): number {
        return this.now();
    }

    sleep(milliseconds: number): Promise<void> {
        return this.forMover(() => false).sleep(milliseconds);
    }

    every(milliseconds: number, work: () => void): () => void {
        return this.forMover(() => false).every(milliseconds, work);
    }

    /** The clock as one mover sees it: its waits end with it, and its time of day may be wrong. */
    forMover(isDead: () => boolean, aheadMs = 0): Clock {
        return {
            now: () => this.now() + aheadMs,
            monotonic: this.now,
            sleep: (milliseconds) =>
                new Promise((resolve) => {
                    if (!isDead()) this.#add(this.now() + milliseconds, () => !isDead() && resolve(), false);
                }),
            every: (milliseconds, work) => {
                let stopped = false;
                const again = () => {
                    if (stopped || isDead()) return;
                    work();
                    this.#add(this.now() + milliseconds, again, true);
                };
                this.#add(this.now() + milliseconds, again, true);
                return () => {
                    stopped = true;
                };
            },
        };
    }

    #add(at: number, wake: () => void, background: boolean): void {
        this.#sleepers.push({ at, wake, background });
        if (!background) this.#drive();
    }

    #drive(): void {
        if (this.#driving) return;
        this.#driving = true;
        // Everything in memory ends within the microtasks: when this runs, all movers wait.
        setImmediate(() => {
            this.#driving = false;
            if (!this.#sleepers.some(({ background }) => !background)) return;
            const next = this.#sleepers.reduce((first, one) => (one.at < first.at ? one : first));
            this.#sleepers.splice(this.#sleepers.indexOf(next), 1);
            this.advanceTo(next.at);
            next.wake();
            this.#drive();
        });
    }

    /** Forgets everybody who waits: the processes are gone. */
    forgetAll(): void {
        this.#sleepers = [];
    }
}
