// One look at a cluster serves all plans that are made at about the same time: many migrations of one stack, say. A move itself always looks anew.

import type { Clock } from "../ports/world";
import type { Discovery } from "./discover";

/** Longer than the checks of a large stack are apart, shorter than anybody's change of mind. */
const SHARED_MS = 10_000;

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

    /** How many looks are held in memory. */
    get held(): number {
        return this.#looks.size;
    }
}
