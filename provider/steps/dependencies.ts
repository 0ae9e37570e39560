// Moves the release's dependencies to add-ons of their own, one at a time, each with its own share of this step's memory. Its undo takes them back in reverse.

import { mapConcurrently } from "../../common/mapConcurrently";
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
            let { moves } = context.memory;
            for (const planned of context.plan.dependencies) {
                if (planned.treatment !== DependencyTreatment.Move || moves[planned.addonName]?.done === true)
                    continue;
                const move = await moveOf(context, planned, profiles, timeouts, async (memory) => {
                    moves = { ...moves, [planned.addonName]: memory };
                    await context.journal.amend({ moves });
                });
                const begun = moves[planned.addonName];
                if (leftAlone.includes(planned.key)) {
                    if (begun === undefined) continue;
                    // EKS may have refused it half-way: what was begun goes back, and it stays with Helm's objects.
                    await undoDependency(move, begun);
                    const { [planned.addonName]: _, ...others } = moves;
                    moves = others;
                    await context.journal.amend({ moves });
                    move.warn(
                        `${planned.title} is left alone, as chosen: what was begun of its move was undone`,
                    );
                    continue;
                }
                // Half taken back is no state to go on from: the rest of the way back comes first.
                if (begun?.undoing === true) await undoDependency(move, begun);
                const memory =
                    begun === undefined || begun.undoing === true ? await rememberDependency(move) : begun;
                if (memory !== begun) await move.amend(memory);
                await moveDependency(move, memory);
            }
        },
        undo: async (context) => {
            let { moves } = context.memory;
            const backup = await context.journal.backup.read<Backup>();
            await bringBackNamespaces(context.world, backup, "undo dependencies");
            for (const planned of [...context.plan.dependencies].reverse()) {
                const memory = moves[planned.addonName];
                if (memory === undefined) continue;
                const amend = async (changed: DependencyMemory | undefined) => {
                    const { [planned.addonName]: _, ...others } = moves;
                    moves = changed === undefined ? others : { ...others, [planned.addonName]: changed };
                    await context.journal.amend({ moves });
                };
                await undoDependency(await moveOf(context, planned, profiles, timeouts, amend), memory);
                await amend(undefined);
            }
        },
        traces: async ({ world, memory, journal }) => {
            const backup = await journal.backup.read<Backup>();
            const moved = profiles.filter(({ addonName }) => memory.moves[addonName] !== undefined);
            const found = await mapConcurrently(moved, (profile) =>
                tracesOfAddon(world, profile, memory.moves[profile.addonName] as DependencyMemory, backup),
            );
            return found.flat();
        },
    };
}

async function moveOf(
    { world, plan, journal }: StepContext<DependenciesMemory>,
    planned: PlannedDependency,
    profiles: readonly DependencyProfile[],
    timeouts: DependencyMove["timeouts"],
    amend: DependencyMove["amend"],
): Promise<DependencyMove> {
    const profile = profiles.find(({ addonName }) => addonName === planned.addonName);
    if (profile === undefined) throw new Error(`this package knows no dependency ${planned.addonName}`);
    const warn = (line: string) => journal.note({ warnings: [...journal.facts.warnings, line] });
    const refused = (totals: ReadonlyMap<string, number>) => {
        const seconds = Object.fromEntries(
            [...totals].map(([request, total]) => [request, Math.round(total / 100) / 10]),
        );
        journal.note({ pausedSeconds: { ...journal.facts.pausedSeconds, ...seconds } });
    };
    const backup = await journal.backup.read<Backup>();
    return {
        world,
        plan,
        profile,
        planned,
        backup,
        migrationId: journal.migrationId,
        timeouts,
        amend,
        warn,
        refused,
    };
}
