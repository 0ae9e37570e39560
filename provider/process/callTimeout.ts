// The time that the user gives a call comes in with the call; a reason to stop at the next safe point goes out once it is over. Pulumi leaves the end of that time to the plugin.
import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../ports/world";
import type { StopSignals } from "./stopSignals";

/** Goes on whatever people set the time of day to. */
export type SteadyClock = Pick<Clock, "monotonic">;

interface Limit {
    readonly seconds: number;
    readonly end: number;
}

const calls = new AsyncLocalStorage<Limit>();

/** `seconds` of 0 is no limit. */
export function withinTime<T>(seconds: number, clock: SteadyClock, call: () => Promise<T>): Promise<T> {
    if (seconds <= 0) return call();
    return calls.run({ seconds, end: clock.monotonic() + seconds * 1000 }, call);
}

/** The process's own reasons first. */
export function stopsInTime<Stop extends StopSignals>(stop: Stop, clock: SteadyClock): Stop {
    return {
        ...stop,
        reason: () => {
            const limit = calls.getStore();
            const isOver = limit !== undefined && clock.monotonic() >= limit.end;
            return (
                stop.reason() ?? (isOver ? `the ${limit.seconds} s of customTimeouts are over` : undefined)
            );
        },
    };
}
