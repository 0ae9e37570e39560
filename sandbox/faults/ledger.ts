/** Classified requests come in; the numbered log of writes and the counts of everything else go out. One ledger serves both sides. */

import type { LedgerEntry } from "./ledgerEntry";
import type { Classified } from "./request";

/** The newest reads kept for looking at; the count goes on. */
const READS_KEPT = 10_000;

export class Ledger {
    #writes: LedgerEntry[] = [];
    #renewals: LedgerEntry[] = [];
    #reads: LedgerEntry[] = [];
    #readCount = 0;

    record(request: Classified, userAgent: string): LedgerEntry {
        const entry: LedgerEntry = {
            ordinal: request.effect === "write" ? this.#writes.length + 1 : 0,
            side: request.side,
            verb: request.verb,
            what: request.what,
            time: Date.now(),
            userAgent,
            ...(request.resource ? { resource: request.resource } : {}),
        };
        if (request.effect === "write") this.#writes.push(entry);
        else if (request.effect === "leaseRenewal") this.#renewals.push(entry);
        else this.#recordRead(entry);
        return entry;
    }

    #recordRead(entry: LedgerEntry): void {
        this.#readCount += 1;
        this.#reads.push(entry);
        if (this.#reads.length > READS_KEPT) this.#reads.splice(0, READS_KEPT / 10);
    }

    writes(): LedgerEntry[] {
        return this.#writes.map((entry) => ({ ...entry }));
    }

    leaseRenewals(): LedgerEntry[] {
        return this.#renewals.map((entry) => ({ ...entry }));
    }

    readRequests(): LedgerEntry[] {
        return this.#reads.map((entry) => ({ ...entry }));
    }

    reads(): number {
        return this.#readCount;
    }

    reset(): void {
        this.#writes = [];
        this.#renewals = [];
        this.#reads = [];
        this.#readCount = 0;
    }
}
