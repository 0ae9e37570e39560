// The undo of an add-on that the move made: EKS lets go of it, its controllers stop, what it wrote over comes back, and what it made is deleted. While EKS is busy, Helm's controllers serve.

import type { StepContext } from "../../engine/step";
import type { Profile } from "../../profiles/profile";
import type { Backup } from "../backup/backup";
import { startControllers } from "../handover/stoppedControllers";
import { turnBackAll } from "../handover/turnBackAll";
import type { InstallMemory } from "./installMemory";
import {
    deleteMade,
    isRemovedWithin,
    objectsOfAddon,
    removeAddon,
    restoreOverwritten,
    stopControllers,
} from "./remove";

/** EKS lets go of an add-on within seconds, or is stuck with it. */
const BUSY_MS = 60_000;

/** Answers what had to stay, for people. */
export async function undoCreation(
    context: StepContext<InstallMemory>,
    backup: Backup,
    profile: Profile,
    removeMs: number,
): Promise<readonly string[]> {
    const { world, plan, memory } = context;
    const { name } = plan.addon;
    const isRemoved = await isRemovedWithin(world, name, Math.min(removeMs, BUSY_MS));
    await turnBackAll(context, backup);
    if (!isRemoved) {
        await serveMeanwhile(context, backup, profile);
        const keepStopped = () => stopAddons(context, backup, profile);
        await removeAddon(world, name, removeMs, "undo install", true, keepStopped);
    }
    const { since, former } = memory.value;
    const made = await objectsOfAddon(world, profile, memory.value, backup);
    await stopControllers(world, made);
    const { warnings } = await restoreOverwritten(world, plan, backup);
    await deleteMade(world, made, backup, profile.runtimeObjects(plan.release.namespace), since);
    return former === undefined
        ? warnings
        : [
              ...warnings,
              `it was ${former.status} (${former.version}) before the move and is not made again: nobody could tell how that would end; its objects are as they were`,
          ];
}

/** EKS may be at work on an add-on for as long as it likes: nobody waits for that without a controller. */
async function serveMeanwhile(
    { world, plan, memory }: StepContext<InstallMemory>,
    backup: Backup,
    profile: Profile,
): Promise<void> {
    world.log.warn(
        `undo install: EKS does not let go of the add-on ${plan.addon.name} yet; its controllers are stopped, and Helm's serve meanwhile`,
    );
    // A move that goes on has EKS apply it once more: what it applied now is taken back.
    await memory.amend({ isOverwritten: true });
    await stopAddons({ world, memory }, backup, profile);
    await restoreOverwritten(world, plan, backup);
    await startControllers(world, plan);
}

/** Those of its controllers that EKS has made by now. */
async function stopAddons(
    { world, memory }: Pick<StepContext<InstallMemory>, "world" | "memory">,
    backup: Backup,
    profile: Profile,
): Promise<void> {
    await stopControllers(world, await objectsOfAddon(world, profile, memory.value, backup));
}
