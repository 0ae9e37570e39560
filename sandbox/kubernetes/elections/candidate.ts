// In: one pod's looks at a Lease, and its writes of it. Out: what client-go's leader election would do now, and whether this pod acts. Reads no clock and no cluster.

export interface LeaseSpec {
    holderIdentity?: string;
    leaseDurationSeconds?: number;
    acquireTime?: string;
    renewTime?: string;
    leaseTransitions?: number;
}

/** A Lease as it was read; `version` is its resource version. */
export interface SeenLease {
    version: string;
    spec: LeaseSpec;
}

/** Defaults of controller-runtime and of the controllers that stand-ins play. */
export const LEASE_SECONDS = 15;
export const RENEW_DEADLINE_MS = 10_000;
export const RETRY_MS = 2_000;

export type NextWrite = "create" | "take" | "renew";

export class Candidate {
    private observed: { version: string; at: number } | undefined;
    private renewedAt: number | undefined;

    constructor(readonly identity: string) {}

    /** A leader whose writes fail acts on until its deadline; then its process ends, and begins anew as a candidate. */
    acts(now: number): boolean {
        return this.renewedAt !== undefined && now - this.renewedAt < RENEW_DEADLINE_MS;
    }

    /** Undefined while another one's record holds: as long as it says, from when this pod saw it change last. */
    next(lease: SeenLease | undefined, now: number): NextWrite | undefined {
        if (this.renewedAt !== undefined && !this.acts(now)) this.renewedAt = undefined;
        if (lease === undefined) return "create";
        if (this.observed?.version !== lease.version) this.observed = { version: lease.version, at: now };
        const { holderIdentity = "", leaseDurationSeconds = LEASE_SECONDS } = lease.spec;
        if (holderIdentity === this.identity) return "renew";
        const isFree = holderIdentity === "" || now >= this.observed.at + leaseDurationSeconds * 1000;
        return isFree ? "take" : undefined;
    }

    wrote(now: number): void {
        this.renewedAt = now;
    }
}
