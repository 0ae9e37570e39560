// In: whether pods are refused, look by look. Out: whether they are refused for good. Asks nobody.
import type { Clock } from "../ports/world";

/** Pods that are refused for this long are refused for good: a webhook or a quota that only starts up answers sooner. */
const FOR_GOOD_MS = 30_000;

export class LastingRefusal {
    #since: number | undefined;

    constructor(readonly clock: Pick<Clock, "now">) {}

    /** A look without a refusal begins the time anew. */
    seen(isRefused: boolean): boolean {
        const now = this.clock.now();
        this.#since = isRefused ? (this.#since ?? now) : undefined;
        return this.#since !== undefined && now - this.#since >= FOR_GOOD_MS;
    }
}
