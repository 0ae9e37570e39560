// The undo of one dependency: the add-on goes, Helm's controllers come back before requests are sent to them again, and only what the add-on made is deleted.

import { refTo } from "../../kubernetes/objectRef";
import { isAskedForByMove } from "../addon/create";
import { leftToOthers } from "../addon/createdByOthers";
import {
    deleteMade,
    objectsOfAddon,
    removeAddon,
    restoreOverwritten,
    stopControllers,
} from "../addon/removeAddon";
import type { Backup } from "../backup/backup";
import { makeRoom, type Replaced, removeHistory, replacedFrom } from "../handover/replaceWorkload";
import { waitForAnswers } from "../models/probes";
import { endBridge } from "./bridge";
import { type DependencyMove, finishHandOver } from "./move";
import { formerOf } from "./retire";

/** Kinds that send requests somewhere: they go back when their target answers. */
const ROUTING = new Set(["APIService", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]);

export async function undoDependency(move: DependencyMove): Promise<void> {
    const { world, plan, profile, beside, planned, backup, timeouts, memory } = move;
    const step = `undo dependencies (${profile.title})`;
    if (memory.value.undoing !== true) await memory.amend({ undoing: true });
    const { since, replaced, absent } = memory.value;
    const addon = await world.addons.describe(planned.addonName);
    const isOfOthers = addon !== undefined && !isAskedForByMove(addon);
    if (isOfOthers) move.warn(leftToOthers(addon));
    else await removeAddon(world, addon, timeouts.removeMs, step);
    const part = partOf(move);
    const made = isOfOthers ? [] : await objectsOfAddon(world, profile, memory.value, backup, beside);
    const replacedBack = await stillTheirs(move, replaced);
    if (memory.value.replacedBack === undefined) await memory.amend({ replacedBack });
    const ownReplaced = memory.value.replacedBack ?? [];
    await Promise.all(replacedBack.map((one) => makeRoom(world, one)));
    const { warnings } = await restoreOverwritten(world, plan, {
        ...part,
        objects: part.objects.filter(({ kind }) => !ROUTING.has(kind)),
    });
    for (const warning of warnings) move.warn(warning);
    const workloads = part.objects
        .filter(({ kind }) => kind === "Deployment" || kind === "DaemonSet")
        .map(refTo);
    // Helm's own orphans, of a move that was cut off early, are adopted by what was made again; those that are not go.
    const orphans = [...ownReplaced, ...replaced];
    const wait = world.workloads.waitAvailable(workloads, timeouts.installMs);
    await Promise.all([wait, finishHandOver(world, orphans, timeouts.installMs)]);
    await restoreOverwritten(world, plan, part);
    await waitForAnswers(world, profile, timeouts.installMs);
    await endBridge(move);
    // Requests no longer go to the add-on's controllers: they can go, their webhooks first.
    const isRouting = ({ kind }: { kind: string }) => ROUTING.has(kind);
    await deleteMade(world, made.filter(isRouting), backup, [], since);
    await stopControllers(world, made);
    const written = profile.runtimeObjects(plan.release.namespace);
    const rest = made.filter((ref) => !isRouting(ref));
    await deleteMade(world, rest, { ...backup, absent }, written, since);
    await finishHandOver(world, orphans, timeouts.installMs);
    await removeHistory(world, ownReplaced);
}

/** The dependency's share of the backup, with the history of its Deployments. */
function partOf({ plan, profile, backup }: DependencyMove): Backup {
    const objects = formerOf(plan, profile, backup);
    const uids = new Set(objects.map(({ metadata }) => metadata.uid));
    const histories = backup.objects.filter(
        ({ kind, metadata }) =>
            kind === "ReplicaSet" && (metadata.ownerReferences ?? []).some(({ uid }) => uids.has(uid)),
    );
    return {
        objects: [...objects, ...histories],
        absent: [],
        records: [],
        customResources: [],
        modelPods: {},
    };
}

/** Workloads that stand under the name of a former one and are not it. */
async function stillTheirs(
    { world, backup }: DependencyMove,
    replaced: readonly Replaced[],
): Promise<Replaced[]> {
    const found = await Promise.all(
        replaced.map(async ({ ref, uid }) => {
            const live = await world.objects.read(ref);
            if (live === undefined || live.metadata.uid === uid) return [];
            const theirs = replacedFrom(live);
            const former = backup.objects.find((object) => object.metadata.uid === uid);
            // One that this undo has brought back already has the former selector.
            const isBack =
                former !== undefined &&
                JSON.stringify(replacedFrom(former).labels) === JSON.stringify(theirs.labels);
            return isBack ? [] : [theirs];
        }),
    );
    return found.flat();
}
