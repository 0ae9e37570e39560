// One mover per release: a Lease that is renewed while the mover lives. Taken over when it did not change for its duration as seen from here, or when its holder is a dead process of this machine.
import { randomUUID } from "node:crypto";
import { ErrorCode, MigrationError } from "../../common/errors";
import type { Clock, Log, Objects } from "../ports/world";
import { type HeldLock, interrupted, KeptLock, momentOf, type TakenLease } from "./heldLock";
import {
    type Holder,
    isConflict,
    LEASE_SECONDS,
    type Lease,
    type LockedRelease,
    leaseName,
    leaseOf,
    leaseRef,
    listLeases,
    Observation,
    readLease,
    removeAsSeen,
    standingOf,
} from "./lease";

const POLL_MS = 500;

export interface LockRequest extends LockedRelease {
    readonly holder: Holder;
    /** How long to wait for another mover, milliseconds; never shorter than it takes to see that a mover is gone. */
    readonly waitMs: number;
    /** Further reasons to stop at the next safe point; answers a sentence when there is one. */
    readonly stopReason: () => string | undefined;
}

type Taken = Pick<TakenLease, "identity" | "fromSilent" | "renewedAt">;

export class MigrationLock {
    constructor(
        readonly objects: Objects,
        readonly clock: Clock,
        readonly log: Log,
    ) {}

    /** Waits for another mover to end, then takes the lock and keeps it renewed. */
    async acquire(request: LockRequest): Promise<HeldLock> {
        const { namespace, name, stopReason } = request;
        const waitMs = Math.max(request.waitMs, (LEASE_SECONDS + 5) * 1000);
        const deadline = this.clock.monotonic() + waitMs;
        const observed = new Observation(this.clock);
        // Two moves of one process are two movers.
        const identity = `${request.holder.identity}/${randomUUID()}`;
        for (let waited = false; ; waited = true) {
            const stop = stopReason();
            if (stop !== undefined) throw interrupted(stop);
            const taken = await this.#tryTake(request, identity, observed);
            if (typeof taken === "object")
                return new KeptLock(this, { ...taken, of: { namespace, name }, waited, stopReason });
            if (this.clock.monotonic() >= deadline) {
                throw new MigrationError({
                    code: ErrorCode.LockHeld,
                    step: "lock",
                    what: `another mover holds the lock of release ${name}: ${taken}`,
                    remedy: `wait for it to end, or, when it is certainly gone, delete the Lease ${namespace}/${leaseName(name)} with kubectl, then run the command again`,
                });
            }
            this.log.progress(`lock: waiting for ${taken} to let go`);
            await this.clock.sleep(POLL_MS);
        }
    }

    /** Removes the locks that movers left who are gone: killed before they began a journal, or after they removed it. */
    async removeAbandoned(holder: Holder): Promise<void> {
        const observed = new Observation(this.clock);
        for (let isFirst = true; ; isFirst = false) {
            const silent: Lease[] = [];
            for (const lease of await listLeases(this.objects)) {
                const standing = standingOf(lease, holder, observed);
                if (standing === "dead" || standing === "silent") await removeAsSeen(this.objects, lease);
                else if (standing === "unknown" && (isFirst || observed.isUnchanged(lease)))
                    silent.push(lease);
            }
            if (silent.length === 0) return;
            await this.clock.sleep(POLL_MS);
        }
    }

    /** What was taken, or who holds it. */
    async #tryTake(request: LockRequest, identity: string, observed: Observation): Promise<Taken | string> {
        const renewedAt = momentOf(this.clock);
        const lease = await readLease(this.objects, request);
        const former = lease?.spec?.holderIdentity;
        // An answer that was lost: the lock is this mover's already.
        if (lease !== undefined && former === identity) return { identity, fromSilent: false, renewedAt };
        const standing = lease && former ? standingOf(lease, request.holder, observed) : "free";
        if (standing === "alive" || standing === "unknown") return former ?? "";
        const content = leaseOf(request, identity, this.clock.now(), lease);
        try {
            if (lease === undefined) await this.objects.create(content);
            else {
                const { uid, resourceVersion } = lease.metadata;
                await this.objects.merge(leaseRef(request), {
                    metadata: { uid, resourceVersion },
                    spec: content.spec,
                });
            }
        } catch (error) {
            // Another mover was quicker: look again.
            if (isConflict(error)) return "another mover that was quicker";
            throw error;
        }
        const mine = await readLease(this.objects, request);
        if (mine?.spec?.holderIdentity !== identity) return "another mover that was quicker";
        return { identity, fromSilent: standing === "silent", renewedAt };
    }
}
