// One mover per release: a Lease that is renewed while the mover lives. Taken over when it did not change for its duration as seen from here, or when its holder is a dead process of this machine.
import { randomUUID } from "node:crypto";
import { ErrorCode, MigrationError, messageOf } from "../../common/errors";
import type { Clock, Gate, KubernetesObject, Log, ObjectRef, Objects, Pass } from "../ports/world";

const LEASE_LABEL = "app.kubernetes.io/managed-by";
const LEASE_OWNER = "pulumi-hyperpod-inference";
const LEASE_SELECTOR = `${LEASE_LABEL}=${LEASE_OWNER}`;
const LEASE_SECONDS = 15;
const RENEW_MS = 4_000;
/** A write begins only this shortly after a renewal: an older one is renewed first. */
const WRITE_WITHIN_MS = 5_000;
/** A write that is under way is given up this long after the last renewal: a rival takes over after `LEASE_SECONDS` at the earliest. */
const EXPIRES_MS = 14_000;
/** An API server that restarts is away for a few seconds; a write waits this long for a renewal. */
const RENEWED_WITHIN_MS = 30_000;
const POLL_MS = 500;
/** Tries to give the lock back. */
const RELEASES = 3;

type Lease = KubernetesObject & {
    spec?: {
        holderIdentity?: string;
        renewTime?: string;
        leaseDurationSeconds?: number;
        leaseTransitions?: number;
    };
};

/** Who holds a lock: where it runs, so that a process of this machine can tell whether it lives. */
export interface Holder {
    readonly identity: string;
    /** Whether the process behind an identity is known to be dead; undefined when that cannot be told from here. */
    isDead(identity: string): boolean | undefined;
}

export interface HeldLock extends Gate {
    /** Another mover had it first: what was read before may be old. */
    readonly waited: boolean;
    /** Taken from a mover that only fell silent: what it sent last may still arrive. */
    readonly fromSilent: boolean;
    release(): Promise<void>;
}

export interface LockRequest {
    readonly namespace: string;
    readonly name: string;
    readonly holder: Holder;
    /** How long to wait for another mover, milliseconds; never shorter than it takes to see that a mover is gone. */
    readonly waitMs: number;
    /** Further reasons to stop at the next safe point; answers a sentence when there is one. */
    readonly stopReason: () => string | undefined;
}

interface Taken {
    readonly identity: string;
    readonly uid: string;
    readonly fromSilent: boolean;
    readonly renewedAt: Moment;
}

/** By both clocks: one stands still while the machine sleeps, the other may be set. */
interface Moment {
    readonly monotonic: number;
    readonly wall: number;
}

export class MigrationLock {
    constructor(
        readonly objects: Objects,
        readonly clock: Clock,
        readonly log: Log,
    ) {}

    /** Waits for another mover to end, then takes the lock and keeps it renewed. */
    async acquire(request: LockRequest): Promise<HeldLock> {
        const waitMs = Math.max(request.waitMs, (LEASE_SECONDS + 5) * 1000);
        const deadline = this.clock.monotonic() + waitMs;
        const observed = new Observation(this.clock);
        // Two moves of one process are two movers.
        const identity = `${request.holder.identity}/${randomUUID()}`;
        for (let waited = false; ; waited = true) {
            const stop = request.stopReason();
            if (stop !== undefined) throw interrupted(stop);
            const taken = await this.#tryTake(request, identity, observed);
            if (typeof taken === "object") return this.#keep(request, taken, waited);
            if (this.clock.monotonic() >= deadline) {
                throw new MigrationError({
                    code: ErrorCode.LockHeld,
                    step: "lock",
                    what: `another mover holds the lock of release ${request.name}: ${taken}`,
                    remedy: `wait for it to end, or, when it is certainly gone, delete the Lease ${request.namespace}/${leaseName(request.name)} with kubectl, then run the command again`,
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
            const leases = (await this.objects.list("coordination.k8s.io/v1", "Lease", {
                labelSelector: LEASE_SELECTOR,
            })) as Lease[];
            const silent: Lease[] = [];
            for (const lease of leases) {
                const standing = standingOf(lease, holder, observed);
                if (standing === "dead" || standing === "silent") await this.#removeAsSeen(lease);
                else if (standing === "unknown" && (isFirst || observed.isUnchanged(lease)))
                    silent.push(lease);
            }
            if (silent.length === 0) return;
            await this.clock.sleep(POLL_MS);
        }
    }

    async #removeAsSeen({ apiVersion, kind, metadata }: Lease): Promise<void> {
        const { name, namespace, uid, resourceVersion } = metadata;
        try {
            await this.objects.remove(
                { apiVersion, kind, name, ...(namespace ? { namespace } : {}) },
                { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) },
            );
        } catch (error) {
            // Somebody took it meanwhile.
            if (!isConflict(error)) throw error;
        }
    }

    /** What was taken, or who holds it. */
    async #tryTake(request: LockRequest, identity: string, observed: Observation): Promise<Taken | string> {
        const ref = leaseRef(request);
        const renewedAt = this.#moment();
        const lease = (await this.objects.read(ref)) as Lease | undefined;
        const former = lease?.spec?.holderIdentity;
        // An answer that was lost: the lock is this mover's already.
        if (lease !== undefined && former === identity)
            return { identity, uid: lease.metadata.uid ?? "", fromSilent: false, renewedAt };
        const standing = lease && former ? standingOf(lease, request.holder, observed) : "free";
        if (standing === "alive" || standing === "unknown") return former ?? "";
        const content = this.#lease(request, identity, lease);
        try {
            if (lease === undefined) await this.objects.create(content);
            else {
                const { uid, resourceVersion } = lease.metadata;
                await this.objects.merge(ref, { metadata: { uid, resourceVersion }, spec: content.spec });
            }
        } catch (error) {
            // Another mover was quicker: look again.
            if (isConflict(error)) return "another mover that was quicker";
            throw error;
        }
        const mine = (await this.objects.read(ref)) as Lease | undefined;
        if (mine?.spec?.holderIdentity !== identity) return "another mover that was quicker";
        return { identity, uid: mine.metadata.uid ?? "", fromSilent: standing === "silent", renewedAt };
    }

    #keep(request: LockRequest, taken: Taken, waited: boolean): HeldLock {
        const { clock } = this;
        let renewedAt = taken.renewedAt;
        let lost: string | undefined;
        let underWay = new AbortController();
        let renewing: Promise<void> = Promise.resolve();
        let disarm: () => void = () => undefined;
        const age = () => this.#since(renewedAt);
        const giveUpWrites = () => {
            underWay.abort(new Error("the lock was not renewed in time for this request"));
            underWay = new AbortController();
        };
        const arm = () => {
            disarm();
            disarm = clock.every(EXPIRES_MS, giveUpWrites);
        };
        const lose = (why: string) => {
            lost = why;
            giveUpWrites();
        };
        const renew = async () => {
            if (lost !== undefined) return;
            const began = this.#moment();
            const lease = (await this.objects.read(leaseRef(request))) as Lease | undefined;
            if (lease?.spec?.holderIdentity !== taken.identity || lease.metadata.uid !== taken.uid) {
                lose("another mover took the lock");
                return;
            }
            const { uid, resourceVersion } = lease.metadata;
            await this.objects.merge(leaseRef(request), {
                metadata: { uid, resourceVersion },
                spec: { renewTime: microTime(clock.now()) },
            });
            renewedAt = began;
            arm();
        };
        const renewNext = () => {
            const next = renewing.then(renew);
            // The next renewal tries again; a write that finds none in time stops the mover.
            renewing = next.catch(() => undefined);
            return next;
        };
        arm();
        const stopRenewing = clock.every(RENEW_MS, () => void renewNext().catch(() => undefined));
        const check = () => {
            const stop = request.stopReason();
            if (stop !== undefined) throw interrupted(stop);
            if (lost !== undefined) throw lockLost(lost);
        };
        const pass = async (): Promise<Pass> => {
            const deadline = clock.monotonic() + RENEWED_WITHIN_MS;
            for (;;) {
                check();
                if (age() < WRITE_WITHIN_MS)
                    return {
                        signal: underWay.signal,
                        validForMs: EXPIRES_MS - age(),
                        isValid: () => lost === undefined && age() < EXPIRES_MS,
                    };
                try {
                    await renewNext();
                } catch (error) {
                    if (clock.monotonic() >= deadline)
                        throw lockLost("the lock could not be renewed in time", messageOf(error));
                    await clock.sleep(POLL_MS);
                }
            }
        };
        return {
            waited,
            fromSilent: taken.fromSilent,
            check,
            pass,
            release: async () => {
                stopRenewing();
                disarm();
                await renewing;
                for (let attempt = 1; ; attempt++) {
                    try {
                        const lease = (await this.objects.read(leaseRef(request))) as Lease | undefined;
                        if (lease?.spec?.holderIdentity === taken.identity) await this.#removeAsSeen(lease);
                        return;
                    } catch (error) {
                        if (attempt < RELEASES) continue;
                        // What the mover did stands, and must be told as it is.
                        this.log.warn(
                            `lock: it could not be given back (${messageOf(error)}); the next mover waits ${LEASE_SECONDS} s for it`,
                        );
                        return;
                    }
                }
            },
        };
    }

    #moment(): Moment {
        return { monotonic: this.clock.monotonic(), wall: this.clock.now() };
    }

    #since({ monotonic, wall }: Moment): number {
        return Math.max(this.clock.monotonic() - monotonic, this.clock.now() - wall);
    }

    #lease(request: LockRequest, identity: string, before: Lease | undefined) {
        const now = microTime(this.clock.now());
        return {
            apiVersion: "coordination.k8s.io/v1",
            kind: "Lease",
            metadata: before?.metadata ?? {
                name: leaseName(request.name),
                namespace: request.namespace,
                labels: { [LEASE_LABEL]: LEASE_OWNER },
            },
            spec: {
                holderIdentity: identity,
                leaseDurationSeconds: LEASE_SECONDS,
                acquireTime: now,
                renewTime: now,
                leaseTransitions: before === undefined ? 0 : (before.spec?.leaseTransitions ?? 0) + 1,
            },
        };
    }
}

/** How long each record has been as it is, by this process's own clock: clocks of other machines say nothing. */
class Observation {
    readonly #seen = new Map<string, { readonly version: string; readonly since: number }>();

    constructor(readonly clock: Clock) {}

    isUnchanged({ metadata }: Lease): boolean {
        return this.#seen.get(metadata.uid ?? "")?.version === metadata.resourceVersion;
    }

    /** Milliseconds; 0 at the first look, and at the first after a change. */
    ageOf(lease: Lease): number {
        const { uid = "", resourceVersion: version = "" } = lease.metadata;
        const now = this.clock.monotonic();
        const seen = this.#seen.get(uid);
        if (seen?.version === version) return now - seen.since;
        this.#seen.set(uid, { version, since: now });
        return 0;
    }
}

type Standing = "alive" | "dead" | "silent" | "unknown";

function standingOf(lease: Lease, { isDead }: Holder, observed: Observation): Standing {
    const dead = isDead(lease.spec?.holderIdentity ?? "");
    if (dead !== undefined) return dead ? "dead" : "alive";
    const durationMs = (lease.spec?.leaseDurationSeconds ?? LEASE_SECONDS) * 1000;
    return observed.ageOf(lease) > durationMs ? "silent" : "unknown";
}

function leaseRef({ namespace, name }: LockRequest): ObjectRef {
    return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace, name: leaseName(name) };
}

export function leaseName(release: string): string {
    return `pulumi-hyperpod-migration-${release}`;
}

/** Leases count in microseconds. */
function microTime(now: number): string {
    return new Date(now).toISOString().replace("Z", "000Z");
}

function isConflict(error: unknown): boolean {
    return (error as { status?: number } | undefined)?.status === 409;
}

function interrupted(reason: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.Interrupted,
        step: "lock",
        what: `stopped at a safe point: ${reason}`,
        remedy: "run `pulumi up` to continue, or `pulumi destroy` to go back",
    });
}

export function lockLost(what: string, why?: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.LockLost,
        step: "lock",
        what,
        ...(why === undefined ? {} : { why }),
        remedy: "run `pulumi up` to continue where this mover stopped, or `pulumi destroy` to go back",
    });
}
