// One look at a cluster serves all plans that are made at about the same time: many migrations of one stack, or the check of a move and its begin. Once something moves, no look from before serves anybody.

import type { Clock } from "../ports/world";
import type { Discovery } from "./discover";

/** Longer than the checks of a large stack are apart, shorter than anybody's change of mind. */
const SHARED_MS = 10_000;
/** A move begins on the look that its own check took a moment ago in the same process, not on one that somebody slept over. */
const BEGUN_WITHIN_MS = 5_000;

interface Look {
    readonly discovery: Promise<Discovery>;
    /** Undefined while it looks. */
    doneAt?: number;
}

export class SharedDiscoveries {
    readonly #looks = new Map<string, Look>();

    constructor(readonly clock: Clock) {}

    /** `key` names the cluster, the way to it, and what is asked. */
    share(key: string, discover: () => Promise<Discovery>): Promise<Discovery> {
        const known = this.#looks.get(key);
        if (
            known !== undefined &&
            (known.doneAt === undefined || this.clock.now() - known.doneAt < SHARED_MS)
        )
            return known.discovery;
        const look: Look = { discovery: discover() };
        this.#looks.set(key, look);
        const forget = () => {
            if (this.#looks.get(key) === look) this.#looks.delete(key);
        };
        look.discovery.then(() => {
            look.doneAt = this.clock.now();
            // Some MB of a large cluster, that nobody would ask for any more.
            const stop = this.clock.every(SHARED_MS, () => {
                stop();
                forget();
            });
        }, forget);
        return look.discovery;
    }

    /** The look that a check took just now, for the move that it was the check of; looks anew when there is none, and keeps that for nobody. */
    begin(key: string, discover: () => Promise<Discovery>): Promise<Discovery> {
        const known = this.#looks.get(key);
        const isFresh = known?.doneAt !== undefined && this.clock.now() - known.doneAt < BEGUN_WITHIN_MS;
        return known !== undefined && isFresh ? known.discovery : discover();
    }

    /** Something is about to change. */
    forget(): void {
        this.#looks.clear();
    }

    /** How many looks are held in memory. */
    get held(): number {
        return this.#looks.size;
    }
}
