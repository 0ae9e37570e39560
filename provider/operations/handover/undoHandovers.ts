// The add-on is gone, what it made still runs: every controller of Helm's that handed over serves again before the add-on's stop, and leads once these have. Where that cannot be, the undo pauses, and says so.
import { isStopped, messageOf } from "../../../common/errors";
import type { StepContext } from "../../engine/step";
import { handingOver, type Leases, leasesOf } from "../../plan/handoverOrder";
import type { ObjectRef } from "../../ports/world";
import type { Backup } from "../backup/backup";
import { bringBackMissing } from "../backup/recreateMissing";
import { noteOnce } from "./assertServes";
import { letRunOut, releaseLeases } from "./heldLeases";
import type { Way } from "./wayInterface";
import { namesOf, waysOf } from "./waysOfPlan";

export async function turnBackAll<Memory>(context: StepContext<Memory>, backup: Backup): Promise<void> {
    const { plan, memory, journal } = context;
    if (handingOver(plan).length === 0) return;
    // From here on Helm's generation is to lead.
    journal.note({ handedOver: [], redirected: false });
    await memory.write(memory.value);
    const pauses = (which: string, error: unknown) => {
        if (isStopped(error)) throw error;
        const line = `the undo pauses ${which}, because it could not hand over: ${messageOf(error)}`;
        // The journal goes with the undo.
        context.world.log.warn(line);
        noteOnce(journal, [line]);
    };
    let ways: readonly Way[] = [];
    try {
        const stopped = plan.controllers.map(({ workload }) => workload);
        await bringBackMissing(context, backup, "undo install", stopped);
        ways = await waysOf(context);
    } catch (error) {
        const names = handingOver(plan).map(({ component }) => component);
        pauses(names.join(", "), error);
    }
    // Whoever converts the models is needed longest on the way there, and comes first in an undo.
    for (const way of [...ways].reverse())
        try {
            await way.turnBack();
        } catch (error) {
            pauses(namesOf(way), error);
        }
}

/** Those of the add-on are told to end: a mover that dies while they do leaves Helm's to lead. */
export async function letLeadAgain<Memory>({ world, plan, journal }: StepContext<Memory>): Promise<void> {
    const refs = handingOver(plan).map((one) => leasesOf(one).lease);
    await letRunOut(world, journal.migrationId, refs);
}

/** No pod of the add-on runs any more: Leases of Helm's that the move holds are free. */
export async function leadAgain<Memory>(context: StepContext<Memory>): Promise<void> {
    await giveBack(context, ({ lease }) => [lease]);
}

/** Whatever the move still holds. */
export async function giveLeasesBack<Memory>(context: StepContext<Memory>): Promise<void> {
    await giveBack(context, ({ lease, nextLease }) => [lease, nextLease]);
}

async function giveBack<Memory>(
    { world, plan, journal }: StepContext<Memory>,
    which: (leases: Leases) => readonly ObjectRef[],
): Promise<void> {
    const refs = handingOver(plan).flatMap((one) => which(leasesOf(one)));
    await releaseLeases(
        world,
        journal.migrationId,
        refs.map((ref) => ({ ref })),
    );
}
