// The fault proxy's ledger comes in; how many calls went to AWS and to Kubernetes, and from when to when there were writes, goes out.
import type { FaultProxy } from "../faults/proxy";
import type { Span } from "../watch/observation";

export interface Calls {
    readonly writes: number;
    readonly reads: number;
}

export interface CallsBySide {
    readonly aws: Calls;
    readonly kubernetes: Calls;
}

export function callsOf(faults: FaultProxy): CallsBySide {
    // Renewing the lock writes too.
    const writes = [...faults.writes(), ...faults.leaseRenewals()];
    const reads = faults.readRequests();
    const count = (side: string) => ({
        writes: writes.filter((call) => call.side === side).length,
        reads: reads.filter((call) => call.side === side).length,
    });
    return { aws: count("aws"), kubernetes: count("kubernetes") };
}

/** From the first write to the last; throws when there was none. */
export function spanOfWrites(faults: FaultProxy): Span {
    const times = faults.writes().map(({ time }) => time);
    if (times.length === 0) throw new Error("there was no write to measure");
    return { begin: Math.min(...times), end: Math.max(...times) };
}

/** When the first such call arrived; undefined when there was none. */
export function timeOf(faults: FaultProxy, what: string): number | undefined {
    return faults.writes().find((write) => write.what === what)?.time;
}
