// In: whether pods are kept from running, look by look. Out: how long they are by now, and whether that is for good. Asks nobody.
import type { Clock } from "../ports/world";

/** Pods that are refused for this long are refused for good: a webhook or a quota that only starts up answers sooner. */
const FOR_GOOD_MS = 30_000;

export class LastingRefusal {
    #since: number | undefined;

    constructor(readonly clock: Pick<Clock, "now">) {}

    /** Milliseconds since the first look of them all that saw it; a look without it begins the time anew. */
    lastingMs(isRefused: boolean): number {
        const now = this.clock.now();
        this.#since = isRefused ? (this.#since ?? now) : undefined;
        return this.#since === undefined ? 0 : now - this.#since;
    }

    seen(isRefused: boolean): boolean {
        return this.lastingMs(isRefused) >= FOR_GOOD_MS;
    }
}
