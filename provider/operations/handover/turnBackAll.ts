// The add-on is gone, what it made still runs: every bridged controller of Helm serves again before the add-on's stop. Where that cannot be, the undo pauses, and says so.
import { isStopped, messageOf } from "../../../common/errors";
import type { StepContext } from "../../engine/step";
import { bridgedOf } from "../../plan/bridged";
import type { Backup } from "../backup/backup";
import { bringBackMissing } from "../backup/bringBack";
import { keptBridgesOf } from "./keptBridges";
import { turnBack } from "./redirect";
import { replicasBefore } from "./replicasBefore";
import { noteOnce } from "./stillServes";

export async function turnBackAll<Memory>(
    { world, plan, memory, journal }: StepContext<Memory>,
    backup: Backup,
): Promise<void> {
    const components = bridgedOf(plan);
    if (components.length === 0) return;
    // From here on Helm's generation is to lead.
    journal.note({ handedOver: [], redirected: false });
    await memory.write(memory.value);
    try {
        const stopped = plan.controllers.map(({ workload }) => workload);
        await bringBackMissing(world, plan, backup, "undo install", stopped);
        for (const kept of keptBridgesOf(components, backup))
            await turnBack(world, journal.migrationId, kept, replicasBefore(plan, kept.component));
    } catch (error) {
        if (isStopped(error)) throw error;
        noteOnce(journal, [
            `the undo pauses ${components.map(({ component }) => component).join(", ")}, because it could not hand over: ${messageOf(error)}`,
        ]);
    }
}
