// The Lease that is the lock: how it is named and written, and whether its holder lives, as far as that can be told from here.
import { moveName, OURS } from "../../common/ourMarks";
import type { Clock, KubernetesObject, ObjectRef, Objects } from "../ports/world";

const LEASE_API = "coordination.k8s.io/v1";
const LEASE_SELECTOR = Object.entries(OURS)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
export const LEASE_SECONDS = 15;
/** A renewal that takes longer than this comes too late anyway. */
export const LEASE_REQUESTS = { timeoutMs: 5_000, retries: 2 };

export type Lease = KubernetesObject & {
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

/** The release that a lock is of. */
export interface LockedRelease {
    readonly namespace: string;
    readonly name: string;
}

export function leaseRef({ namespace, name }: LockedRelease): ObjectRef {
    return { apiVersion: LEASE_API, kind: "Lease", namespace, name: leaseName(name) };
}

export function leaseName(release: string): string {
    return moveName(release);
}

/** The Lease as its new holder writes it, over the one that was there. */
export function leaseOf(of: LockedRelease, identity: string, now: number, before: Lease | undefined) {
    const time = microTime(now);
    return {
        apiVersion: LEASE_API,
        kind: "Lease",
        metadata: before?.metadata ?? {
            name: leaseName(of.name),
            namespace: of.namespace,
            labels: OURS,
        },
        spec: {
            holderIdentity: identity,
            leaseDurationSeconds: LEASE_SECONDS,
            acquireTime: time,
            renewTime: time,
            leaseTransitions: before === undefined ? 0 : (before.spec?.leaseTransitions ?? 0) + 1,
        },
    };
}

export async function readLease(objects: Objects, of: LockedRelease): Promise<Lease | undefined> {
    return (await objects.read(leaseRef(of))) as Lease | undefined;
}

export async function listLeases(objects: Objects): Promise<Lease[]> {
    return (await objects.list(LEASE_API, "Lease", { labelSelector: LEASE_SELECTOR })) as Lease[];
}

/** Removes it unless somebody took it meanwhile. */
export async function removeAsSeen(objects: Objects, { apiVersion, kind, metadata }: Lease): Promise<void> {
    const { name, namespace, uid, resourceVersion } = metadata;
    try {
        await objects.remove(
            { apiVersion, kind, name, ...(namespace ? { namespace } : {}) },
            { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) },
        );
    } catch (error) {
        if (!isConflict(error)) throw error;
    }
}

/** How long each record has been as it is, by this process's own clock: clocks of other machines say nothing. */
export class Observation {
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

/** Of a Lease's holder, as far as it can be told from here. */
export type HolderStanding = "alive" | "dead" | "silent" | "unknown";

export function standingOf(lease: Lease, { isDead }: Holder, observed: Observation): HolderStanding {
    const dead = isDead(lease.spec?.holderIdentity ?? "");
    if (dead === true) return "dead";
    const durationMs = (lease.spec?.leaseDurationSeconds ?? LEASE_SECONDS) * 1000;
    // Also a process that is there, but stopped: it writes nothing once its lease has run out.
    if (observed.ageOf(lease) > durationMs) return "silent";
    return dead === false ? "alive" : "unknown";
}

/** Leases count in microseconds. */
export function microTime(now: number): string {
    return new Date(now).toISOString().replace("Z", "000Z");
}

export function isConflict(error: unknown): boolean {
    return (error as { status?: number } | undefined)?.status === 409;
}
