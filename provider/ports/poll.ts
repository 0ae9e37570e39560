// In: a clock, a pace, a look and when it is enough. Out: what was seen last. Every wait of the provider that asks again and again is this one, and it ends.
import type { Clock } from "./world";

export interface Pace {
    /** After this the last look counts, whatever it saw. */
    readonly timeoutMs: number;
    /** Between two looks; by the time that has gone by since the first. */
    readonly pauseMs: number | ((elapsedMs: number) => number);
}

/** Looks until it is enough or the time is over; the caller sees which of the two from the answer. What a look throws ends the wait. */
export async function poll<Seen>(
    clock: Pick<Clock, "now" | "sleep">,
    { timeoutMs, pauseMs }: Pace,
    look: (elapsedMs: number) => Promise<Seen>,
    isEnough: (seen: Seen) => boolean,
): Promise<Seen> {
    const started = clock.now();
    for (;;) {
        const seen = await look(clock.now() - started);
        const elapsed = clock.now() - started;
        if (isEnough(seen) || elapsed >= timeoutMs) return seen;
        await clock.sleep(typeof pauseMs === "number" ? pauseMs : pauseMs(elapsed));
    }
}
