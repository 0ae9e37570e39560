// One dependency of the release: from Helm to an add-on of its own, and back. Every change is in the memory before it is made.

import { mapConcurrently } from "../../../common/mapConcurrently";
import type { MemoryEntry } from "../../engine/memoryCell";
import type { PlannedDependency } from "../../plan/plan";
import { poll } from "../../ports/poll";
import { seldom } from "../../ports/throttle";
import type { ObjectRef, World } from "../../ports/world";
import type { DependencyProfile } from "../../profiles/dependencies";
import { createOrContinue, isAskedForByMove } from "../addon/create";
import { createdByOthers } from "../addon/createdByOthers";
import type { JointSearch } from "../addon/jointSearch";
import { describeUnproved, type OwnedRef, provedOf } from "../addon/ownership";
import { awaitAddon, awaitWorkloads } from "../addon/wait";
import { HandOver, handOver, makeRoom, type Replaced, replacedFrom } from "../handover/replaceWorkload";
import { MEASURED_EVERY_MS, probesOf, Refusals, waitForAnswers } from "../models/probes";
import { beginBridge, endBridge, keepBridge } from "./bridge";
import { changedSecrets, type Fingerprints, fingerprintSecrets } from "./issuedSecrets";
import { type DependencyOfRelease, deleteInOrder, isHelms, onlyHelms } from "./retire";

export interface DependencyMemory {
    /** The API server's time before the add-on was asked for. */
    readonly since: string;
    readonly attempt: number;
    /** Helm workloads that make room for workloads of the same name. */
    readonly replaced: readonly Replaced[];
    readonly secrets: Fingerprints;
    /** What controllers write at run time, and was not there. */
    readonly absent: readonly ObjectRef[];
    /** What the add-on made, once it is ACTIVE. */
    readonly created?: readonly OwnedRef[];
    /** Objects that only Helm used. */
    readonly deleted?: readonly ObjectRef[];
    readonly done?: true;
    /** Its undo was begun: what else stands here is no longer true of the cluster. */
    readonly undoing?: true;
    /** The add-on's own workloads that make room during the undo. */
    readonly replacedBack?: readonly Replaced[];
}

export interface DependencyMove extends DependencyOfRelease {
    readonly planned: PlannedDependency;
    /** Of the dependencies that move in the same time. */
    readonly beside: readonly DependencyProfile[];
    readonly migrationId: string;
    readonly timeouts: { readonly installMs: number; readonly removeMs: number };
    readonly memory: MemoryEntry<DependencyMemory>;
    warn(line: string): void;
    /** Tells how long each kind of request was refused, and when. */
    refused(refusals: Refusals): void;
}

const POLL_MS = 500;
/** Pods behind a bridge move as seldom as nodes are drained. */
const BRIDGED_EVERY_MS = 1_000;

/** What is looked at before anything changes. */
export async function rememberDependency(move: DependencyMove): Promise<DependencyMemory> {
    const { world, plan, profile } = move;
    const { addonNamespace: namespace } = profile;
    const sameName = await mapConcurrently(profile.addonWorkloads, async ({ kind, name }) => {
        const live = await world.objects.read({ apiVersion: "apps/v1", kind, namespace, name });
        return live !== undefined && isHelms(live, move) ? [replacedFrom(live)] : [];
    });
    return {
        since: await world.objects.serverTime(),
        attempt: 0,
        replaced: sameName.flat(),
        secrets: await fingerprintSecrets(world, profile.issues),
        absent: (
            await mapConcurrently(profile.runtimeObjects(plan.release.namespace), async (ref) =>
                (await world.objects.read(ref)) === undefined ? [ref] : [],
            )
        ).flat(),
    };
}

/** `search` is shared with those that move beside it. */
export async function moveDependency(move: DependencyMove, search: JointSearch): Promise<void> {
    const { world, plan, profile, planned, migrationId, timeouts, memory } = move;
    const step = `dependencies (${profile.title})`;
    const { since, replaced, secrets } = memory.value;
    const roleArn = plan.identities.find(({ key }) => key === planned.identity)?.roleArn;
    const refusals = new Refusals(world, await probesOf(world, profile));
    const [existing] = await Promise.all([
        world.addons.describe(planned.addonName),
        ...replaced.map((one) => makeRoom(world, one)),
    ]);
    if (existing !== undefined && !isAskedForByMove(existing)) throw createdByOthers(existing, step);
    if (existing === undefined) await beginBridge(move);
    const wanted = {
        name: planned.addonName,
        version: planned.version ?? "",
        ...(planned.configurationValues === undefined
            ? {}
            : { configurationValues: planned.configurationValues }),
        ...(roleArn === undefined ? {} : { serviceAccountRoleArn: roleArn }),
    };
    const attempts = { step, token: `${migrationId}/${since}`, memory, removeMs: timeouts.removeMs };
    await createOrContinue(world, wanted, attempts, existing);
    const handedOver = new HandOver(world, replaced);
    const handing = seldom(world.clock, POLL_MS, () => handedOver.glance());
    const bridging = seldom(world.clock, BRIDGED_EVERY_MS, () => keepBridge(move));
    const measuring = seldom(world.clock, MEASURED_EVERY_MS, () => refusals.glance());
    await awaitAddon(
        world,
        profile,
        timeouts.installMs,
        () => Promise.all([handing(), measuring(), bridging()]),
        step,
    );
    const searched = Promise.resolve(memory.value.created ?? madeBy(move, since, search));
    const works = async () => {
        await awaitWorkloads(world, profile, timeouts.installMs, searched);
        await waitForAnswers(world, profile, timeouts.installMs);
    };
    const [created] = await Promise.all([searched, works()]);
    await endBridge(move);
    await refusals.look();
    move.refused(refusals);
    await finishHandOver(world, replaced, timeouts.installMs);
    // What the add-on made is known before anything of Helm's goes, and both stand in the journal.
    const leaving = memory.value.deleted === undefined ? await onlyHelms(move) : undefined;
    if (leaving !== undefined) await memory.amend({ created, deleted: leaving.refs });
    await deleteInOrder(world, memory.value.deleted ?? [], move, leaving?.seen);
    await waitForAnswers(world, profile, timeouts.installMs);
    for (const name of await changedSecrets(world, profile.issues, secrets))
        move.warn(`Secret ${name} was issued anew while ${profile.title} was swapped`);
    await memory.amend({ done: true });
}

export async function finishHandOver(
    world: World,
    replaced: readonly Replaced[],
    timeoutMs: number,
): Promise<void> {
    await poll(
        world.clock,
        { timeoutMs, pauseMs: POLL_MS },
        () => handOver(world, replaced),
        (left) => left === 0,
    );
}

/** EKS may have made objects of another add-on in the same time: they are told, and never touched. */
async function madeBy(
    { profile, beside, backup, warn }: DependencyMove,
    since: string,
    search: JointSearch,
): Promise<readonly OwnedRef[]> {
    const found = provedOf(profile, await search.madeSince(profile, since), beside);
    const told = describeUnproved(profile, found, backup.objects);
    if (told !== undefined) warn(told);
    return found.own;
}
