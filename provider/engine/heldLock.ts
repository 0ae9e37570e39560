// A lock that was taken: renewed while the mover lives, asked before every write, given back at the end. A mover that could not renew it in time writes no more.
import { setMaxListeners } from "node:events";
import { ErrorCode, MigrationError, messageOf } from "../../common/errors";
import { lockLost } from "../ports/gate";
import type { Clock, Gate, Log, Objects, Pass } from "../ports/world";
import {
    isConflict,
    LEASE_SECONDS,
    type Lease,
    type LockedRelease,
    leaseName,
    leaseOf,
    leaseRef,
    microTime,
    readLease,
    removeAsSeen,
} from "./lease";

const RENEW_MS = 4_000;
/** A write begins only this shortly after a renewal: an older one is renewed first. */
const WRITE_WITHIN_MS = 5_000;
/** A write that is under way is given up this long after the last renewal: a rival takes over after `LEASE_SECONDS` at the earliest. */
const EXPIRES_MS = LEASE_SECONDS * 1000 - 1_000;
/** An API server that restarts is away for a few seconds; a write waits this long for a renewal. */
const RENEWED_WITHIN_MS = 30_000;
const POLL_MS = 500;
/** Tries to give the lock back. */
const RELEASES = 3;

export interface HeldLock extends Gate {
    /** Another mover had it first: what was read before may be old. */
    readonly waited: boolean;
    /** Taken from a mover that only fell silent: what it sent last may still arrive. */
    readonly fromSilent: boolean;
    release(): Promise<void>;
}

export interface TakenLease {
    readonly of: LockedRelease;
    readonly identity: string;
    readonly fromSilent: boolean;
    readonly waited: boolean;
    readonly renewedAt: Moment;
    /** Further reasons to stop at the next safe point; answers a sentence when there is one. */
    readonly stopReason: () => string | undefined;
}

/** By both clocks: one stands still while the machine sleeps, the other may be set. */
export interface Moment {
    readonly monotonic: number;
    readonly wall: number;
}

export function momentOf(clock: Clock): Moment {
    return { monotonic: clock.monotonic(), wall: clock.now() };
}

/** What the keeper of a lock needs of the world. */
export interface LockMeans {
    readonly objects: Objects;
    readonly clock: Clock;
    readonly log: Log;
}

export class KeptLock implements HeldLock {
    readonly #means: LockMeans;
    readonly #taken: TakenLease;
    readonly #stopRenewing: () => void;
    #renewedAt: Moment;
    #lost: string | undefined;
    #underWay = underWay();
    #renewing: Promise<void> = Promise.resolve();
    #disarm: () => void = () => undefined;

    constructor(means: LockMeans, taken: TakenLease) {
        this.#means = means;
        this.#taken = taken;
        this.#renewedAt = taken.renewedAt;
        this.#arm();
        this.#stopRenewing = means.clock.every(RENEW_MS, () => void this.#renewNext().catch(() => undefined));
    }

    get waited(): boolean {
        return this.#taken.waited;
    }

    get fromSilent(): boolean {
        return this.#taken.fromSilent;
    }

    check(): void {
        const stop = this.#taken.stopReason();
        if (stop !== undefined) throw interrupted(stop);
        if (this.#lost !== undefined) throw lockLost(this.#lost);
    }

    async pass(): Promise<Pass> {
        const { clock } = this.#means;
        const deadline = clock.monotonic() + RENEWED_WITHIN_MS;
        for (;;) {
            this.check();
            if (this.#age() < WRITE_WITHIN_MS)
                return {
                    signal: this.#underWay.signal,
                    validForMs: EXPIRES_MS - this.#age(),
                    isValid: () => this.#lost === undefined && this.#age() < EXPIRES_MS,
                };
            try {
                await this.#renewNext();
            } catch (error) {
                if (clock.monotonic() >= deadline)
                    throw lockLost("the lock could not be renewed in time", messageOf(error));
                await clock.sleep(POLL_MS);
            }
        }
    }

    async release(): Promise<void> {
        const { objects, log } = this.#means;
        this.#stopRenewing();
        this.#disarm();
        await this.#renewing;
        for (let attempt = 1; ; attempt++) {
            try {
                const lease = await readLease(objects, this.#taken.of);
                if (lease?.spec?.holderIdentity === this.#taken.identity) await removeAsSeen(objects, lease);
                return;
            } catch (error) {
                if (attempt < RELEASES) continue;
                // What the mover did stands, and must be told as it is.
                log.warn(
                    `lock: it could not be given back (${messageOf(error)}); the next mover waits ${LEASE_SECONDS} s for it`,
                );
                return;
            }
        }
    }

    #renewNext(): Promise<void> {
        const next = this.#renewing.then(() => this.#renew());
        // The next renewal tries again; a write that finds none in time stops the mover.
        this.#renewing = next.catch(() => undefined);
        return next;
    }

    async #renew(): Promise<void> {
        if (this.#lost !== undefined) return;
        const { objects, clock } = this.#means;
        const { of, identity } = this.#taken;
        const began = momentOf(clock);
        const lease = (await readLease(objects, of)) ?? (await this.#madeAgain());
        if (lease?.spec?.holderIdentity !== identity) {
            this.#lost = "another mover took the lock";
            this.#giveUpWrites();
            return;
        }
        const { uid, resourceVersion } = lease.metadata;
        await objects.merge(leaseRef(of), {
            metadata: { uid, resourceVersion },
            spec: { renewTime: microTime(clock.now()) },
        });
        this.#renewedAt = began;
        this.#arm();
    }

    /** Somebody deleted the Lease, and nobody can have taken it for silent yet: whoever makes the next one holds the lock, and a mover amid a pause must not simply stop. */
    async #madeAgain(): Promise<Lease | undefined> {
        const { objects, clock, log } = this.#means;
        const { of, identity } = this.#taken;
        if (this.#age() >= EXPIRES_MS) return undefined;
        try {
            await objects.create(leaseOf(of, identity, clock.now(), undefined));
        } catch (error) {
            if (!isConflict(error)) throw error;
        }
        const lease = await readLease(objects, of);
        if (lease?.spec?.holderIdentity === identity)
            log.warn(
                `lock: somebody deleted the Lease ${of.namespace}/${leaseName(of.name)}; it was made again`,
            );
        return lease;
    }

    #arm(): void {
        this.#disarm();
        this.#disarm = this.#means.clock.every(EXPIRES_MS, () => this.#giveUpWrites());
    }

    #giveUpWrites(): void {
        this.#underWay.abort(new Error("the lock was not renewed in time for this request"));
        this.#underWay = underWay();
    }

    /** Milliseconds since the last renewal. */
    #age(): number {
        const { clock } = this.#means;
        const { monotonic, wall } = this.#renewedAt;
        return Math.max(clock.monotonic() - monotonic, clock.now() - wall);
    }
}

/** Each write that is under way listens, and they are many at once. */
function underWay(): AbortController {
    const controller = new AbortController();
    setMaxListeners(0, controller.signal);
    return controller;
}

export function interrupted(reason: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.Interrupted,
        step: "lock",
        what: `stopped at a safe point: ${reason}`,
        remedy: "run `pulumi up` to continue, or `pulumi destroy` to go back",
    });
}
