// The undo of an add-on that the move made: EKS lets go of it, its controllers stop, what it wrote over comes back, and what it made is deleted. While EKS is busy, Helm's controllers serve.

import { isStopped, messageOf } from "../../../common/errors";
import type { StepContext } from "../../engine/step";
import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import { poll } from "../../ports/poll";
import type { Profile } from "../../profiles/profile";
import type { Backup } from "../backup/backup";
import { startControllers } from "../handover/stoppedControllers";
import { followedBridges, leadAgain, letLeadAgain, turnBackAll } from "../handover/undoHandovers";
import { stillServed, waysOf } from "../handover/waysOfPlan";
import { isOfOthers, leftToOthers } from "./createdByOthers";
import type { InstallMemory } from "./installMemory";
import {
    deleteMade,
    isRemovedWithin,
    objectsOfAddon,
    removeAddon,
    restoreOverwritten,
    stopControllers,
} from "./removeAddon";

/** EKS lets go of an add-on within seconds, or is stuck with it. */
const BUSY_MS = 60_000;
const UNANSWERED_POLL_MS = 5_000;

/** Answers what had to stay, for people. */
export async function undoCreation(
    context: StepContext<InstallMemory>,
    backup: Backup,
    profile: Profile,
    removeMs: number,
): Promise<readonly string[]> {
    const { world, plan, memory, journal } = context;
    const { name } = plan.addon;
    const { handedOver, redirected } = journal.facts;
    const served = redirected === true ? stillServed(await waysOf(context), handedOver) : [];
    const bridged = followedBridges(context, served);
    const letGo = async () => {
        const addon = await world.addons.describe(name);
        if (addon === undefined) return true;
        if (isOfOthers(context, addon)) return addon;
        return isRemovedWithin(world, addon, Math.min(removeMs, BUSY_MS), () => bridged.glance());
    };
    const isRemoved = await letGo().catch((error: unknown) =>
        serveUnanswered(context, backup, profile, error),
    );
    await turnBackAll(context, backup);
    if (typeof isRemoved === "object") {
        await leadAgain(context);
        const { warnings } = await restoreOverwritten(world, plan, backup);
        return [...warnings, leftToOthers(isRemoved)];
    }
    if (!isRemoved) {
        await serveMeanwhile(context, backup, profile);
        const keepStopped = () => stopAddons(context, backup, profile);
        const addon = await world.addons.describe(name);
        await removeAddon(world, addon, removeMs, "undo install", true, keepStopped);
    }
    const { since, former } = memory.value;
    const made = await objectsOfAddon(world, profile, memory.value, backup);
    await stopControllers(world, made, () => letLeadAgain(context));
    await leadAgain(context);
    const { warnings } = await restoreOverwritten(world, plan, backup);
    await deleteMade(world, made, backup, profile.runtimeObjects(plan.release.namespace), since);
    return former === undefined
        ? warnings
        : [
              ...warnings,
              `it was ${former.status} (${former.version}) before the move and is not made again: nobody could tell how that would end; its objects are as they were`,
          ];
}

/**
 * EKS cannot be asked at all: credentials that have run out, a right that was taken away. What it has begun it ends by itself, and that generation
 * serves; where nothing of it comes, Helm's controllers serve again before the failure is told.
 */
async function serveUnanswered(
    context: StepContext<InstallMemory>,
    backup: Backup,
    profile: Profile,
    failure: unknown,
): Promise<never> {
    const { world, plan, memory } = context;
    if (isStopped(failure)) throw failure;
    const isBegun = async () =>
        (await isAppliedOver(context, backup)) ||
        (await objectsOfAddon(world, profile, memory.value, backup)).length > 0;
    const pace = { timeoutMs: BUSY_MS, pauseMs: UNANSWERED_POLL_MS };
    if (await poll(world.clock, pace, isBegun, (isThere) => isThere)) {
        await serveUnlessWhole(context, backup, profile, failure);
        throw failure;
    }
    world.log.warn(
        `undo install: EKS does not answer whether the add-on ${plan.addon.name} is there (${messageOf(failure)}); nothing of it came into the cluster, so Helm's controllers serve`,
    );
    await turnBackAll(context, backup);
    await leadAgain(context);
    await startControllers(world, plan);
    throw failure;
}

/** EKS answers, and only may not be told to let go: what it brought serves when all of it runs, and makes room for Helm's otherwise. */
async function serveUnlessWhole(
    context: StepContext<InstallMemory>,
    backup: Backup,
    profile: Profile,
    failure: unknown,
): Promise<void> {
    const { world, plan, memory } = context;
    const isAnswered = await world.addons.describe(plan.addon.name).then(
        () => true,
        () => false,
    );
    if (!isAnswered) return;
    const made = await objectsOfAddon(world, profile, memory.value, backup);
    const deployments = made.filter(({ kind }) => kind === "Deployment");
    const states = await Promise.all(deployments.map((ref) => world.workloads.status(ref)));
    const isWhole = states.every((state) => state !== undefined && state.available >= state.desired);
    if (isWhole && states.length > 0)
        return world.log.warn(
            `undo install: EKS may not be told to remove the add-on ${plan.addon.name} (${messageOf(failure)}); all of its controllers run, and serve`,
        );
    await turnBackAll(context, backup);
    await serveMeanwhile(context, backup, profile);
}

/** Whether EKS has applied the add-on over anything that it had not applied before. */
async function isAppliedOver({ world }: StepContext<InstallMemory>, { objects }: Backup): Promise<boolean> {
    const others = objects.filter((object) => !isAppliedByEks(object));
    const live = await readMany(world, others.map(refTo));
    return others.some((object) => {
        const now = live.get(keyOf(refTo(object)));
        return now !== undefined && isAppliedByEks(now);
    });
}

/** EKS may be at work on an add-on for as long as it likes: nobody waits for that without a controller. */
async function serveMeanwhile(
    context: StepContext<InstallMemory>,
    backup: Backup,
    profile: Profile,
): Promise<void> {
    const { world, plan, memory } = context;
    world.log.warn(
        `undo install: EKS does not let go of the add-on ${plan.addon.name} yet; its controllers are stopped, and Helm's serve meanwhile`,
    );
    // A move that goes on has EKS apply it once more: what it applied now is taken back.
    await memory.amend({ isOverwritten: true });
    await stopAddons(context, backup, profile);
    await leadAgain(context);
    await restoreOverwritten(world, plan, backup);
    await startControllers(world, plan);
}

/** Those of its controllers that EKS has made by now. */
async function stopAddons(
    context: StepContext<InstallMemory>,
    backup: Backup,
    profile: Profile,
): Promise<void> {
    const { world, memory } = context;
    const made = await objectsOfAddon(world, profile, memory.value, backup);
    await stopControllers(world, made, () => letLeadAgain(context));
}
