// The undo of an add-on: EKS lets go of it, its controllers stop, what it overwrote gets its former form, and only what it made is deleted.

import { ErrorCode, isStopped } from "../../../common/errors";
import { mapConcurrently, mapToTheEnd } from "../../../common/mapConcurrently";
import { TERMINATION_MS } from "../../../common/timeouts";
import { describeKept, withChangesOfOthers } from "../../kubernetes/changedOutside";
import { groupOf, kindOf, storageVersionOf } from "../../kubernetes/customResourceDefinitions";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import { readMetadata } from "../../kubernetes/readMetadata";
import { restoreOver } from "../../kubernetes/restore";
import { byRestoreRank } from "../../kubernetes/restoreOrder";
import { forgetSchemaThatWouldPrune } from "../../kubernetes/schemaPruning";
import type { Plan } from "../../plan/plan";
import { poll } from "../../ports/poll";
import {
    type Addon,
    AddonStatus,
    type KubernetesObject,
    type ObjectRef,
    type World,
} from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import type { Backup } from "../backup/backup";
import { bringBackUnlessHeld } from "../backup/recreateMissing";
import { replicasOf } from "../handover/stoppedControllers";
import { isAskedForByMove } from "./create";
import { NEVER_DELETED_KINDS } from "./neverDeletedKinds";
import { describeUnproved, madeByAddon, type OwnedRef, ownedRef } from "./ownership";
import { awaitGone, failedAddon, pollMs } from "./wait";

export async function removeAddon(
    world: World,
    /** As it was found a moment ago. */
    addon: Addon | undefined,
    timeoutMs: number,
    step = "undo install",
    preserve = true,
    meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<void> {
    if (addon === undefined) return;
    const { name } = addon;
    if (!(await beginRemoval(world, addon, timeoutMs, step, preserve, meanwhile)))
        throw failedAddon(
            ErrorCode.AddonDeleteFailed,
            step,
            (await world.addons.describe(name)) ?? addon,
            [],
            timeoutMs,
        );
    const gone = await awaitGone(world, name, timeoutMs);
    if (!gone)
        throw failedAddon(
            ErrorCode.AddonDeleteFailed,
            step,
            (await world.addons.describe(name)) ?? addon,
            [],
        );
}

/** Whether EKS lets go of it in so short a time that nobody has to serve meanwhile. */
export async function isRemovedWithin(
    world: World,
    addon: Addon,
    timeoutMs: number,
    meanwhile: () => Promise<unknown>,
): Promise<boolean> {
    const { name } = addon;
    const isBegun = await beginRemoval(world, addon, timeoutMs, "undo install", true, meanwhile);
    return isBegun && (await awaitGone(world, name, timeoutMs, meanwhile));
}

/** EKS runs one operation at a time on an add-on. Answers false when it is still at another one after the time. */
async function beginRemoval(
    world: World,
    { name, status }: Addon,
    timeoutMs: number,
    step = "undo install",
    preserve = true,
    meanwhile: () => Promise<unknown> = async () => undefined,
): Promise<boolean> {
    if (status === AddonStatus.Deleting) return true;
    world.log.progress(
        `${step}: removing the add-on ${name}${preserve ? ", its objects stay" : " with its objects"}`,
    );
    const remove = async (elapsedMs: number) => {
        await meanwhile();
        const busy = await world.addons.remove(name, { preserve }).then(() => undefined, inUse);
        if (busy !== undefined)
            world.log.progress(
                `${step}: EKS is still at work on the add-on ${name}, for ${seconds(elapsedMs)} of at most ${seconds(timeoutMs)}: ${busy.message}`,
            );
        return busy;
    };
    const pace = { timeoutMs, pauseMs: pollMs };
    return (await poll(world.clock, pace, remove, (busy) => busy === undefined)) === undefined;
}

function seconds(milliseconds: number): string {
    return `${Math.round(milliseconds / 1000)} s`;
}

function inUse(error: Error): Error {
    if (error.name !== "ResourceInUseException") throw error;
    return error;
}

export interface Made {
    /** The API server's time before the add-on was asked for. */
    readonly since: string;
    /** What was proved to be the add-on's when it became ACTIVE. */
    readonly created?: readonly OwnedRef[];
}

/** What the add-on made and the cluster still shows to be the same: proved when it became ACTIVE, or now. What is in the backup was there before. */
export async function objectsOfAddon(
    world: World,
    profile: Profile,
    memory: Made,
    backup: Backup,
    beside: readonly Profile[] = [],
): Promise<OwnedRef[]> {
    const former = new Set(backup.objects.map((object) => keyOf(refTo(object))));
    const made = (memory.created ?? []).filter((ref) => !former.has(keyOf(ref)));
    const live = await readMetadata(world, made);
    const same = made.filter((ref) => {
        const now = live.get(keyOf(ref))?.metadata.uid;
        return now !== undefined && now === ref.uid;
    });
    const isReplaced = made.some((ref) => live.has(keyOf(ref)) && !same.includes(ref));
    if (memory.created !== undefined && !isReplaced) return same;
    // Cut off before it was ACTIVE, or made again since: looked for and proved now.
    const found = await madeByAddon(world, profile, memory.since, beside);
    const told = describeUnproved(profile, found, backup.objects);
    if (told !== undefined) world.log.warn(told);
    const all = [...same, ...found.own].map((ref) => [keyOf(ref), ref] as const);
    return [...new Map(all).values()].filter((ref) => !former.has(keyOf(ref)));
}

/** What is there of an add-on that a move asked for, a line each. */
export async function tracesOfAddon(
    world: World,
    profile: Profile,
    memory: Made,
    backup: Backup,
    beside: readonly Profile[] = [],
): Promise<readonly string[]> {
    const addon = await world.addons.describe(profile.addonName);
    const objects = await objectsOfAddon(world, profile, memory, backup, beside);
    return [
        ...(addon !== undefined && isAskedForByMove(addon) ? [`add-on ${profile.addonName}`] : []),
        ...objects.map(keyOf),
    ];
}

export async function stopControllers(
    world: World,
    made: readonly ObjectRef[],
    /** Runs before they are told to end. */
    before: () => Promise<void> = async () => undefined,
): Promise<void> {
    await before();
    const deployments = made.filter(({ kind }) => kind === "Deployment");
    await scaleAllToZero(world, deployments);
    await world.workloads.waitGone(deployments, TERMINATION_MS);
}

/** One that may not be stopped keeps the others at work: half a generation serves nobody. */
async function scaleAllToZero(world: World, refs: readonly ObjectRef[]): Promise<void> {
    const stopped: { readonly ref: ObjectRef; readonly replicas: number }[] = [];
    try {
        await mapToTheEnd(refs, async (ref) => {
            const replicas = (await world.workloads.replicas(ref)) ?? 0;
            if (replicas === 0) return;
            await world.workloads.scale(ref, 0);
            stopped.push({ ref, replicas });
        });
    } catch (error) {
        if (isStopped(error)) throw error;
        await mapToTheEnd(stopped, ({ ref, replicas }) => world.workloads.scale(ref, replicas));
        throw error;
    }
}

/** Brings every object of the backup back to its form, controllers stopped. Answers what had to stay as it is, for people. */
export async function restoreOverwritten(
    world: World,
    plan: Plan,
    backup: Backup,
): Promise<{ readonly warnings: readonly string[]; readonly keepsSchema: boolean }> {
    const held = await bringBackUnlessHeld(world, backup, "undo");
    world.objects.rediscover();
    const controllers = new Set(plan.controllers.map(({ workload }) => keyOf(workload)));
    const kept: string[] = [];
    const keptSchemas: string[] = [];
    /** What people and tools have set since the backup stays, and is told. */
    const bringBack = async (remembered: KubernetesObject, live: KubernetesObject | undefined) => {
        let told: string | undefined;
        await restoreOver(world, remembered, live, (now) => {
            const changed = withChangesOfOthers(remembered, now);
            told = changed.kept.length > 0 ? describeKept(now, changed.kept) : undefined;
            return changed.object;
        });
        if (told !== undefined) kept.push(told);
    };
    const possible = backup.objects.filter((object) => held?.isIn(object) !== true);
    for (const rank of byRestoreRank(possible)) {
        const alive = await readMany(world, rank.map(refTo));
        await mapConcurrently(rank, async (remembered) => {
            const key = keyOf(refTo(remembered));
            const live = alive.get(key);
            if (remembered.kind === "CustomResourceDefinition") {
                const { object, prunes } = await forgetSchemaThatWouldPrune(world, remembered, live);
                if (prunes.length > 0) {
                    keptSchemas.push(
                        `${remembered.metadata.name} keeps the add-on's newer schema: custom resources hold ${prunes.join(", ")}, which the former schema would drop`,
                    );
                }
                await bringBack(object, live);
            } else if (remembered.kind === "ReplicaSet") {
                // Only the rollout history of a Deployment that is made again; a live one belongs to its controller.
                if (live === undefined) await restoreOver(world, scaled(remembered, 0), live);
            } else {
                // Replicas come back in the undo of scaleDown, when everything the controllers need is there again; what serves goes on.
                const replicas = live === undefined ? 0 : replicasOf(live);
                await bringBack(controllers.has(key) ? scaled(remembered, replicas) : remembered, live);
            }
        });
    }
    if (held !== undefined) throw held.error;
    await restoreIssuedSecrets(world, backup);
    return { warnings: [...keptSchemas.sort(), ...kept.sort()], keepsSchema: keptSchemas.length > 0 };
}

function scaled(object: KubernetesObject, replicas: number): KubernetesObject {
    return { ...object, spec: { ...(object.spec as object), replicas } };
}

/** cert-manager may have been issuing while its Certificate went back: look until the former bytes stay. */
async function restoreIssuedSecrets(world: World, backup: Backup): Promise<void> {
    const secrets = backup.objects.filter(({ kind }) => kind === "Secret");
    if (secrets.length === 0) return;
    for (let quiet = 0, round = 0; quiet < 2 && round < 20; round++) {
        const written = await Promise.all(secrets.map((secret) => restoreIssued(world, secret)));
        quiet = written.some(Boolean) ? 0 : quiet + 1;
        if (quiet < 2) await world.clock.sleep(250);
    }
}

async function restoreIssued(world: World, secret: KubernetesObject): Promise<boolean> {
    const live = await world.objects.read(refTo(secret));
    return restoreOver(world, secret, live, (now) => withChangesOfOthers(secret, now).object);
}

/** Deletes what the add-on made, and what its controllers wrote at run time under names that the profile knows and that were free before. */
export async function deleteMade(
    world: World,
    made: readonly OwnedRef[],
    backup: Backup,
    runtimeObjects: readonly ObjectRef[],
    since: string,
): Promise<void> {
    const absent = new Set(backup.absent.map(keyOf));
    const written = await Promise.all(
        runtimeObjects
            .filter((ref) => absent.has(keyOf(ref)))
            .map(async (ref) => {
                const live = await world.objects.read(ref);
                return live !== undefined && (live.metadata.creationTimestamp ?? "") >= since
                    ? [ownedRef(live)]
                    : [];
            }),
    );
    await mapConcurrently([...made, ...written.flat()], async ({ uid, ...ref }) => {
        if (NEVER_DELETED_KINDS.has(ref.kind) || uid === undefined) return;
        if (ref.kind === "CustomResourceDefinition" && !(await isUnused(world, ref))) return;
        try {
            await world.objects.remove(ref, { uid });
        } catch (error) {
            if ((error as { status?: number }).status !== 409) throw error;
            // Somebody made it again between the look and the deletion: it is theirs.
            world.log.warn(`${keyOf(ref)} is not the one that the add-on made any more: it stays`);
        }
    });
}

/** A CRD that the add-on brought goes only when nobody made a resource of it. */
async function isUnused(world: World, ref: ObjectRef): Promise<boolean> {
    const crd = await world.objects.read(ref);
    if (crd === undefined) return false;
    const resources = await world.objects.list(`${groupOf(crd)}/${storageVersionOf(crd)}`, kindOf(crd), {
        metadataOnly: true,
    });
    return resources.length === 0;
}
