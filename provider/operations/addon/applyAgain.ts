// Workloads that an add-on had come in; when some are gone although EKS calls it ACTIVE, it is applied once more, which makes them again. A cluster that was restored from a backup, or somebody who deleted one.
import type { ObjectRef, World } from "../../ports/world";
import { missingWorkloads } from "../handover/assertServes";
import { type Attempts, beginAttempt, type UpdateOptions, updateOrCreate, type WantedAddon } from "./create";

/** Writes nothing when all of them are there. */
export async function applyAgainWhatIsGone(
    world: World,
    workloads: readonly ObjectRef[],
    wanted: WantedAddon,
    attempts: Attempts,
    following: Omit<UpdateOptions, "resolveConflicts">,
): Promise<void> {
    if ((await missingWorkloads(world, workloads)).length === 0) return;
    await beginAttempt(attempts);
    await updateOrCreate(world, wanted, attempts, { resolveConflicts: "OVERWRITE", ...following });
}
