// One mover per release: a Lease that is renewed while the mover lives. Taken over when it is stale, or when its holder is a dead process of this machine.
import { ErrorCode, MigrationError } from "../../common/errors";
import type { Clock, Gate, KubernetesObject, Log, Objects } from "../ports/world";

const LEASE_LABEL = "app.kubernetes.io/managed-by";
const LEASE_OWNER = "pulumi-hyperpod-inference";
const LEASE_SELECTOR = `${LEASE_LABEL}=${LEASE_OWNER}`;
const LEASE_SECONDS = 15;
const RENEW_MS = 4_000;
const POLL_MS = 500;

interface LeaseShape {
    spec?: { holderIdentity?: string; renewTime?: string; leaseDurationSeconds?: number };
}

/** Who holds a lock: where it runs, so that a process of this machine can tell whether it lives. */
export interface Holder {
    readonly identity: string;
    /** Whether the process behind an identity is known to be dead; undefined when that cannot be told from here. */
    isDead(identity: string): boolean | undefined;
}

export interface HeldLock extends Gate {
    /** Another mover had it first: what was read before may be old. */
    readonly waited: boolean;
    release(): Promise<void>;
}

export interface LockRequest {
    readonly namespace: string;
    readonly name: string;
    readonly holder: Holder;
    /** How long to wait for another mover, milliseconds. */
    readonly waitMs: number;
    /** Further reasons to stop at the next safe point; answers a sentence when there is one. */
    readonly stopReason: () => string | undefined;
}

export class MigrationLock {
    constructor(
        readonly objects: Objects,
        readonly clock: Clock,
        readonly log: Log,
    ) {}

    /** Waits for another mover to end, then takes the lock and keeps it renewed. */
    async acquire(request: LockRequest): Promise<HeldLock> {
        const deadline = this.clock.now() + request.waitMs;
        for (let waited = false; ; waited = true) {
            const stop = request.stopReason();
            if (stop !== undefined) throw interrupted(stop);
            const other = await this.#tryTake(request);
            if (other === undefined) return this.#keep(request, waited);
            if (this.clock.now() >= deadline) {
                throw new MigrationError({
                    code: ErrorCode.LockHeld,
                    step: "lock",
                    what: `another mover holds the lock of release ${request.name}: ${other}`,
                    remedy: `wait for it to end, or, when it is certainly gone, delete the Lease ${request.namespace}/${leaseName(request.name)} with kubectl, then run the command again`,
                });
            }
            this.log.progress(`lock: waiting for ${other} to let go`);
            await this.clock.sleep(POLL_MS);
        }
    }

    /** Removes the locks that movers left who are gone: killed before they began a journal, or after they removed it. */
    async removeAbandoned(holder: Holder): Promise<void> {
        const leases = await this.objects.list("coordination.k8s.io/v1", "Lease", {
            labelSelector: LEASE_SELECTOR,
        });
        for (const lease of leases) {
            if (!this.#isAbandoned(lease, holder)) continue;
            const { name, namespace, uid } = lease.metadata;
            await this.objects.remove(
                { apiVersion: lease.apiVersion, kind: lease.kind, name, ...(namespace ? { namespace } : {}) },
                uid ? { uid } : {},
            );
        }
    }

    #isAbandoned(lease: KubernetesObject & LeaseShape, { isDead }: Holder): boolean {
        const dead = isDead(lease.spec?.holderIdentity ?? "");
        const renewed = Date.parse(lease.spec?.renewTime ?? "") || 0;
        const stale = this.clock.now() - renewed > (lease.spec?.leaseDurationSeconds ?? LEASE_SECONDS) * 1000;
        return dead ?? stale;
    }

    /** Undefined when taken, else the identity of the holder. */
    async #tryTake(request: LockRequest): Promise<string | undefined> {
        const ref = leaseRef(request);
        const lease = (await this.objects.read(ref)) as (KubernetesObject & LeaseShape) | undefined;
        const holder = lease?.spec?.holderIdentity;
        if (lease !== undefined && holder && holder !== request.holder.identity) {
            if (!this.#isAbandoned(lease, request.holder)) return holder;
        }
        const content = this.#lease(request, lease);
        try {
            if (lease === undefined) await this.objects.create(content);
            else
                await this.objects.merge(ref, {
                    metadata: { resourceVersion: lease.metadata.resourceVersion },
                    spec: content.spec,
                });
            return undefined;
        } catch (error) {
            // Another mover was quicker: look again.
            if ((error as { status?: number }).status === 409) return "another mover that was quicker";
            throw error;
        }
    }

    #keep(request: LockRequest, waited: boolean): HeldLock {
        let renewedAt = this.clock.now();
        let lost: string | undefined;
        let renewing: Promise<void> = Promise.resolve();
        const renew = async () => {
            try {
                const lease = (await this.objects.read(leaseRef(request))) as LeaseShape | undefined;
                if (lease?.spec?.holderIdentity !== request.holder.identity) {
                    lost = "another mover took the lock";
                    return;
                }
                await this.objects.merge(leaseRef(request), {
                    spec: { renewTime: microTime(this.clock.now()) },
                });
                renewedAt = this.clock.now();
            } catch {
                // The next renewal tries again; `check` stops the mover when they all fail for too long.
            }
        };
        const stopRenewing = this.clock.every(RENEW_MS, () => {
            renewing = renewing.then(renew);
        });
        return {
            waited,
            check: () => {
                const stop = request.stopReason();
                if (stop !== undefined) throw interrupted(stop);
                if (lost === undefined && this.clock.now() - renewedAt > LEASE_SECONDS * 1000)
                    lost = "the lock could not be renewed in time";
                if (lost !== undefined) {
                    throw new MigrationError({
                        code: ErrorCode.LockLost,
                        step: "lock",
                        what: lost,
                        remedy: "run `pulumi up` to continue where this mover stopped, or `pulumi destroy` to go back",
                    });
                }
            },
            release: async () => {
                stopRenewing();
                await renewing;
                const lease = (await this.objects.read(leaseRef(request))) as
                    | (KubernetesObject & LeaseShape)
                    | undefined;
                if (lease?.spec?.holderIdentity !== request.holder.identity) return;
                await this.objects.remove(
                    leaseRef(request),
                    lease.metadata.uid ? { uid: lease.metadata.uid } : {},
                );
            },
        };
    }

    #lease(request: LockRequest, before: KubernetesObject | undefined): KubernetesObject & { spec: unknown } {
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
                holderIdentity: request.holder.identity,
                leaseDurationSeconds: LEASE_SECONDS,
                acquireTime: now,
                renewTime: now,
            },
        };
    }
}

function leaseRef({ namespace, name }: LockRequest) {
    return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace, name: leaseName(name) };
}

export function leaseName(release: string): string {
    return `pulumi-hyperpod-migration-${release}`;
}

/** Leases count in microseconds. */
function microTime(now: number): string {
    return new Date(now).toISOString().replace("Z", "000Z");
}

function interrupted(reason: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.Interrupted,
        step: "lock",
        what: `stopped at a safe point: ${reason}`,
        remedy: "run `pulumi up` to continue, or `pulumi destroy` to go back",
    });
}
