/** Armed faults come in; for each logged request, the fault it meets (or none) goes out. Nothing is sent or killed here. */

import type { FaultAction, LedgerEntry } from "./ledgerEntry";
import type { Effect } from "./request";

export interface Fault {
    /** The write with this number; with `times` above 1 also the repetitions of that same write. */
    ordinal?: number;
    /** Every request for which this is true; with `ordinal`, both must hold. Without either, every request. */
    match?: (write: LedgerEntry) => boolean;
    /** Which requests are looked at: writes unless said otherwise. */
    effect?: Effect;
    action: FaultAction;
    /** How often the fault hits, 1 unless said otherwise; `Infinity` is allowed. */
    times?: number;
    /** For `delay`. */
    milliseconds?: number;
    /** Kill the process here. The request is held, and later writes are refused, until it is done. */
    onHit?: () => void | Promise<void>;
}

interface Armed {
    fault: Fault;
    left: number;
    /** After a hit by ordinal: the write whose repetitions are hit too. */
    stuckTo?: string;
}

export class FaultPlan {
    #armed: Armed[] = [];

    arm(fault: Fault): void {
        this.#armed.push({ fault, left: fault.times ?? 1 });
    }

    disarm(): void {
        this.#armed = [];
    }

    take(request: LedgerEntry, effect: Effect): Fault | undefined {
        const armed = this.#armed.find((candidate) => candidate.left > 0 && hits(candidate, request, effect));
        if (armed === undefined) return undefined;
        armed.left -= 1;
        if (armed.fault.ordinal !== undefined) armed.stuckTo = identity(request);
        return armed.fault;
    }
}

function hits({ fault, stuckTo }: Armed, request: LedgerEntry, effect: Effect): boolean {
    if (effect !== (fault.effect ?? "write")) return false;
    if (stuckTo !== undefined) return identity(request) === stuckTo;
    if (fault.ordinal !== undefined && fault.ordinal !== request.ordinal) return false;
    return fault.match === undefined || fault.match(request);
}

function identity(request: LedgerEntry): string {
    return `${request.side} ${request.what}`;
}
