// Moves the release's dependencies to add-ons of their own, one at a time, each with its own share of this step's memory. Its undo takes them back in reverse.

import { mapConcurrently } from "../../common/mapConcurrently";
import { entryOf } from "../engine/memoryCell";
import type { Step, StepContext } from "../engine/step";
import { tracesOfAddon } from "../operations/addon/remove";
import type { Backup } from "../operations/backup/backup";
import { bringBackNamespaces } from "../operations/backup/bringBack";
import {
    type DependencyMemory,
    type DependencyMove,
    moveDependency,
    rememberDependency,
} from "../operations/dependency/move";
import { undoDependency } from "../operations/dependency/undo";
import { noteRefusals } from "../operations/models/notePauses";
import { describeDependencies } from "../plan/lines";
import { DependencyTreatment, MigrationStep, type PlannedDependency } from "../plan/plan";
import type { DependencyProfile } from "../profiles/dependencies";

export interface DependenciesMemory {
    /** By name of the add-on; only those that were begun. */
    readonly moves: Readonly<Record<string, DependencyMemory>>;
}

export function dependencies(
    profiles: readonly DependencyProfile[],
    timeouts: DependencyMove["timeouts"],
    /** Keys of those that the user wants left alone by now, whatever the plan said when the move began. */
    leftAlone: readonly string[] = [],
): Step<MigrationStep.Dependencies, DependenciesMemory> {
    return {
        name: MigrationStep.Dependencies,
        planLine: (plan) => describeDependencies(plan, DependencyTreatment.Move) || "none moves",
        remember: async () => ({ moves: {} }),
        apply: async (context) => {
            for (const planned of context.plan.dependencies) {
                const memory = entryOf(context.memory, "moves", planned.addonName);
                const begun = memory.exists ? memory.value : undefined;
                if (planned.treatment !== DependencyTreatment.Move || begun?.done === true) continue;
                const move = await moveOf(context, planned, memory, profiles, timeouts);
                if (leftAlone.includes(planned.key)) {
                    if (begun === undefined) continue;
                    // EKS may have refused it half-way: what was begun goes back, and it stays with Helm's objects.
                    await undoDependency(move);
                    await memory.forget();
                    move.warn(
                        `${planned.title} is left alone, as chosen: what was begun of its move was undone`,
                    );
                    continue;
                }
                // Half taken back is no state to go on from: the rest of its undo comes first.
                if (begun?.undoing === true) await undoDependency(move);
                if (begun === undefined || begun.undoing === true)
                    await memory.write(await rememberDependency(move));
                await moveDependency(move);
            }
        },
        undo: async (context) => {
            const backup = await context.journal.backup.read<Backup>();
            await bringBackNamespaces(context.world, backup, "undo dependencies");
            for (const planned of [...context.plan.dependencies].reverse()) {
                const memory = entryOf(context.memory, "moves", planned.addonName);
                if (!memory.exists) continue;
                await undoDependency(await moveOf(context, planned, memory, profiles, timeouts));
                await memory.forget();
            }
        },
        traces: async ({ world, memory, journal }) => {
            const backup = await journal.backup.read<Backup>();
            const { moves } = memory.value;
            const found = await mapConcurrently(profiles, async (profile) => {
                const moved = moves[profile.addonName];
                return moved === undefined ? [] : tracesOfAddon(world, profile, moved, backup);
            });
            return found.flat();
        },
    };
}

async function moveOf(
    { world, plan, journal }: StepContext<DependenciesMemory>,
    planned: PlannedDependency,
    memory: DependencyMove["memory"],
    profiles: readonly DependencyProfile[],
    timeouts: DependencyMove["timeouts"],
): Promise<DependencyMove> {
    const profile = profiles.find(({ addonName }) => addonName === planned.addonName);
    if (profile === undefined) throw new Error(`this package knows no dependency ${planned.addonName}`);
    const warn = (line: string) => journal.note({ warnings: [...journal.facts.warnings, line] });
    const backup = await journal.backup.read<Backup>();
    return {
        world,
        plan,
        profile,
        planned,
        backup,
        migrationId: journal.migrationId,
        timeouts,
        memory,
        warn,
        refused: (refusals) => noteRefusals(journal, refusals),
    };
}
