// In: a clock, a pace and an act. Out: the act, done at most as often as that however often it is asked for. A wait looks more often than everything in it is worth.
import type { Clock } from "./clock";

export function seldom(
    clock: Pick<Clock, "monotonic">,
    pauseMs: number,
    act: () => Promise<unknown>,
): () => Promise<void> {
    let last = Number.NEGATIVE_INFINITY;
    return async () => {
        const now = clock.monotonic();
        if (now - last < pauseMs) return;
        last = now;
        await act();
    };
}
