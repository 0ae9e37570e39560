// Leases of the generation that waits, held by the move: its pods get Ready, and none of them leads until the Lease is given back. Nobody's leadership is taken from a controller that has it.
import { PACKAGE_NAME } from "../../../common/ourMarks";
import { TERMINATION_MS } from "../../../common/timeouts";
import { poll } from "../../ports/poll";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import { HandoverPart, isMarked, makeOwn, type OwnObjects, unmark } from "./temporaryObjects";

/**
 * Ten years. A candidate waits as long as the record says, so a move that dies leaves one generation leading, the one that leads now,
 * however long nobody comes; the next `up` or `destroy` finds the Lease by its holder.
 */
export const HELD_SECONDS = 10 * 365 * 24 * 3600;
/** From when the generation that led is told to end: twice as long as its pods are waited for. */
export const ENDING_SECONDS = (2 * TERMINATION_MS) / 1000;
/** Leases of pods that are gone run out within 15 s, by the defaults of all controllers. */
const RUNS_OUT_MS = 30_000;
const TRIES = 5;

interface LeaseSpec {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly renewTime?: string;
}

type ElectionLease = KubernetesObject & { readonly spec?: LeaseSpec };

/** What an undo needs of one Lease. */
export interface LeaseMemory {
    readonly ref: ObjectRef;
    /** Left there by a pod that is gone; absent when there was none. */
    readonly former?: LeaseSpec;
}

export function leaseRef(namespace: string, name: string): ObjectRef {
    return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", namespace, name };
}

export async function rememberLeases(
    world: World,
    refs: readonly ObjectRef[],
): Promise<readonly LeaseMemory[]> {
    return Promise.all(
        refs.map(async (ref) => {
            const live = (await world.objects.read(ref)) as ElectionLease | undefined;
            return { ref, ...(live === undefined ? {} : { former: live.spec ?? {} }) };
        }),
    );
}

/** Writes nothing where the move holds it already. */
export async function holdLeases(
    world: World,
    migrationId: string,
    memory: readonly LeaseMemory[],
): Promise<void> {
    await Promise.all(memory.map((one) => holdLease(world, ownOf(migrationId), one)));
}

async function holdLease(world: World, own: OwnObjects, { ref }: LeaseMemory): Promise<void> {
    const now = await world.objects.serverTime();
    const live = (await world.objects.read(ref)) as ElectionLease | undefined;
    const spec = heldUntil(own, now, HELD_SECONDS);
    const { apiVersion, kind, name, namespace = "" } = ref;
    if (live === undefined) {
        await makeOwn(world, { apiVersion, kind, metadata: { name, namespace }, spec }, own);
        return;
    }
    const { resourceVersion = "" } = live.metadata;
    if (live.spec?.holderIdentity === spec.holderIdentity) {
        // One that runs out was left by an end that was cut off.
        if (live.spec.leaseDurationSeconds !== HELD_SECONDS)
            await world.objects.merge(ref, { metadata: { resourceVersion }, spec });
        return;
    }
    if (isMarked(live, own) || isAlive(live.spec ?? {}, Date.parse(now))) throw leadsAlready(live);
    await world.objects.merge(ref, { metadata: { resourceVersion }, spec });
}

/** The write that decides: whoever waits for them leads from then on, in a while also when the mover dies. To be called before those that led are told to end, once no pod of theirs may renew. */
export async function letRunOut(
    world: World,
    migrationId: string,
    refs: readonly ObjectRef[],
): Promise<void> {
    const own = ownOf(migrationId);
    const now = await world.objects.serverTime();
    await Promise.all(
        refs.map(async (ref) => {
            const live = (await world.objects.read(ref)) as ElectionLease | undefined;
            if (live?.spec?.holderIdentity !== holderOf(migrationId)) return;
            const { resourceVersion = "" } = live.metadata;
            const spec = heldUntil(own, now, ENDING_SECONDS);
            await world.objects.merge(ref, { metadata: { resourceVersion }, spec });
        }),
    );
}

/** Its last leader may have ended without giving it back: waits until it has run out. */
export async function holdWhenFree(
    world: World,
    migrationId: string,
    refs: readonly ObjectRef[],
): Promise<void> {
    const memory = await rememberLeases(world, refs);
    const look = () =>
        holdLeases(world, migrationId, memory).then(
            () => undefined,
            (error: unknown) => {
                if (!(error instanceof LeadsAlready)) throw error;
                return error;
            },
        );
    const pace = { timeoutMs: RUNS_OUT_MS, pauseMs: 1_000 };
    const leads = await poll(world.clock, pace, look, (error) => error === undefined);
    if (leads !== undefined) throw leads;
}

/** Those that were to run out are held for good again: whoever waits for them is not to lead after all. */
export async function holdOn(world: World, migrationId: string, refs: readonly ObjectRef[]): Promise<void> {
    for (const ref of refs)
        if (await isRunningOut(world, migrationId, ref)) await holdLeases(world, migrationId, [{ ref }]);
}

/** Whether a pod leads by `other`, and none by `ref`. */
export async function leadsElsewhere(
    world: World,
    migrationId: string,
    ref: ObjectRef,
    other: ObjectRef,
): Promise<boolean> {
    const now = Date.parse(await world.objects.serverTime());
    const led = await Promise.all(
        [ref, other].map(async (one) => {
            const { spec = {} } = ((await world.objects.read(one)) ?? {}) as Partial<ElectionLease>;
            return spec.holderIdentity !== holderOf(migrationId) && isAlive(spec, now);
        }),
    );
    return led[0] === false && led[1] === true;
}

export async function isHeld(world: World, migrationId: string, ref: ObjectRef): Promise<boolean> {
    const live = (await world.objects.read(ref)) as ElectionLease | undefined;
    return live?.spec?.holderIdentity === holderOf(migrationId);
}

/** Held for no longer than those that led need to end: whoever waits for it is to lead. */
export async function isRunningOut(world: World, migrationId: string, ref: ObjectRef): Promise<boolean> {
    const live = (await world.objects.read(ref)) as ElectionLease | undefined;
    const { holderIdentity, leaseDurationSeconds } = live?.spec ?? {};
    return holderIdentity === holderOf(migrationId) && leaseDurationSeconds === ENDING_SECONDS;
}

/** From here on the next candidate leads, within one of its retries. A Lease that somebody holds by now is that one's. */
export async function releaseLeases(
    world: World,
    migrationId: string,
    memory: readonly LeaseMemory[],
): Promise<void> {
    await Promise.all(memory.map((one) => releaseLease(world, ownOf(migrationId), one)));
}

async function releaseLease(world: World, own: OwnObjects, { ref, former }: LeaseMemory): Promise<void> {
    const live = (await world.objects.read(ref)) as ElectionLease | undefined;
    if (live === undefined) return;
    if (live.spec?.holderIdentity !== holderOf(own.migrationId)) {
        // One that ran out: whoever leads by it has taken it over as it was.
        if (isMarked(live, own)) await leaveToLeader(world, ref, own);
        return;
    }
    const { uid = "", resourceVersion = "" } = live.metadata;
    if (isMarked(live, own)) await world.objects.remove(ref, { uid, resourceVersion });
    else
        await world.objects.merge(ref, {
            metadata: { resourceVersion },
            spec: {
                holderIdentity: "",
                leaseDurationSeconds: former?.leaseDurationSeconds ?? null,
                acquireTime: null,
                renewTime: null,
            },
        });
}

/** A leader renews every two seconds: on top of that, a few times. */
async function leaveToLeader(world: World, ref: ObjectRef, own: OwnObjects): Promise<void> {
    for (let attempt = 1; ; attempt++) {
        const live = await world.objects.read(ref);
        if (live === undefined || !isMarked(live, own)) return;
        try {
            await unmark(world, live, own);
            return;
        } catch (error) {
            if ((error as { status?: number }).status !== 409 || attempt >= TRIES) throw error;
        }
    }
}

/** Candidates wait as long as the record says, from when they see it change. */
function heldUntil({ migrationId }: OwnObjects, now: string, leaseDurationSeconds: number) {
    return {
        holderIdentity: holderOf(migrationId),
        leaseDurationSeconds,
        acquireTime: microTime(now),
        renewTime: microTime(now),
    };
}

/** Pods are told by their names; this one tells people whom to ask. */
export function holderOf(migrationId: string): string {
    return `${PACKAGE_NAME}/${migrationId}`;
}

function ownOf(migrationId: string): OwnObjects {
    return { migrationId, part: HandoverPart.Lease };
}

function isAlive(
    { holderIdentity = "", renewTime, leaseDurationSeconds = 0 }: LeaseSpec,
    now: number,
): boolean {
    return holderIdentity !== "" && now < Date.parse(renewTime ?? "") + leaseDurationSeconds * 1000;
}

/** Leases have microseconds. */
function microTime(time: string): string {
    return `${new Date(time).toISOString().slice(0, -1)}000Z`;
}

/** Somebody holds it, and may act. */
export class LeadsAlready extends Error {}

function leadsAlready({ metadata, spec }: ElectionLease): Error {
    return new LeadsAlready(
        `${spec?.holderIdentity} leads by Lease ${metadata.namespace}/${metadata.name}; a leader that works is not made to wait`,
    );
}
