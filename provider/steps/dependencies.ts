// Moves the release's dependencies to add-ons of their own, beside each other, each with its own share of this step's memory. Its undo takes them back, what uses another one first.

import { mapConcurrently } from "../../common/mapConcurrently";
import { entryOf } from "../engine/memoryCell";
import type { Step, StepContext } from "../engine/step";
import { keyOf } from "../kubernetes/objectRef";
import { readMetadata } from "../kubernetes/readMetadata";
import { JointSearch } from "../operations/addon/jointSearch";
import type { OwnedRef } from "../operations/addon/ownership";
import { tracesOfAddon } from "../operations/addon/removeAddon";
import { isWorkload } from "../operations/addon/wait";
import type { Backup } from "../operations/backup/backup";
import { bringBackNamespaces } from "../operations/backup/recreateMissing";
import { besideEachOther, usedFirst, usersFirst } from "../operations/dependency/concurrentDependencies";
import {
    type DependencyMemory,
    type DependencyMove,
    moveDependency,
    rememberDependency,
} from "../operations/dependency/move";
import { undoDependency } from "../operations/dependency/undo";
import { noteRefusals } from "../operations/models/notePauses";
import { DependencyTreatment, MigrationStep, type PlannedDependency } from "../plan/plan";
import { describeDependencies } from "../plan/planLines";
import type { World } from "../ports/world";
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
            const moving = context.plan.dependencies.filter(
                ({ treatment }) => treatment === DependencyTreatment.Move,
            );
            const search = new JointSearch(context.world);
            await besideEachOther(context.world, "dependencies", moving, usedFirst, (planned, world) =>
                moveOne({ ...context, world }, planned, moving, search),
            );
        },
        undo: async (context) => {
            const backup = await context.journal.backup.read<Backup>();
            await bringBackNamespaces(context.world, backup, "undo dependencies");
            const begun = context.plan.dependencies.filter(
                ({ addonName }) => context.memory.value.moves[addonName] !== undefined,
            );
            await besideEachOther(
                context.world,
                "undo dependencies",
                begun,
                usersFirst(begun),
                async (planned, world) => {
                    const memory = entryOf(context.memory, "moves", planned.addonName);
                    await undoDependency(await moveOf({ ...context, world }, planned, begun, memory));
                    await memory.forget();
                },
            );
        },
        traces: async ({ world, memory, journal }) => {
            const backup = await journal.backup.read<Backup>();
            const { moves } = memory.value;
            const found = await mapConcurrently(profiles, async (profile) => {
                const moved = moves[profile.addonName];
                if (moved === undefined) return [];
                const beside = profiles.filter(({ addonName }) => moves[addonName] !== undefined);
                return tracesOfAddon(world, profile, moved, backup, beside);
            });
            return found.flat();
        },
    };

    async function moveOne(
        context: StepContext<DependenciesMemory>,
        planned: PlannedDependency,
        moving: readonly PlannedDependency[],
        search: JointSearch,
    ): Promise<void> {
        const memory = entryOf(context.memory, "moves", planned.addonName);
        const begun = memory.exists ? memory.value : undefined;
        const isTakenBack = begun !== undefined && (await isGone(context.world, begun));
        if (begun?.done === true && !isTakenBack) return;
        const move = await moveOf(context, planned, moving, memory);
        if (leftAlone.includes(planned.key)) {
            if (begun === undefined) return;
            // EKS may have refused it half-way: what was begun goes back, and it stays with Helm's objects.
            await undoDependency(move);
            await memory.forget();
            move.warn(`${planned.title} is left alone, as chosen: what was begun of its move was undone`);
            return;
        }
        // Half taken back is no state to go on from: the rest of its undo comes first.
        const isAnew = begun?.undoing === true || isTakenBack;
        if (isAnew) await undoDependency(move);
        if (begun === undefined || isAnew) await memory.write(await rememberDependency(move));
        if (memory.value.created === undefined) search.expect(planned.addonName);
        try {
            await moveDependency(move, search);
        } finally {
            search.leave(planned.addonName);
        }
    }

    /** Nothing of what its add-on ran is there any more: the cluster was restored from before. */
    async function isGone(world: World, { created = [] }: DependencyMemory): Promise<boolean> {
        const workloads = created.filter(isWorkload);
        const live = await readMetadata(world, workloads);
        const isLive = (ref: OwnedRef) =>
            ref.uid !== undefined && live.get(keyOf(ref))?.metadata.uid === ref.uid;
        return workloads.length > 0 && !workloads.some(isLive);
    }

    async function moveOf(
        { world, plan, journal }: StepContext<DependenciesMemory>,
        planned: PlannedDependency,
        all: readonly PlannedDependency[],
        memory: DependencyMove["memory"],
    ): Promise<DependencyMove> {
        const profile = profiles.find(({ addonName }) => addonName === planned.addonName);
        if (profile === undefined) throw new Error(`this package knows no dependency ${planned.addonName}`);
        const warn = (line: string) => journal.note({ warnings: [...journal.facts.warnings, line] });
        const backup = await journal.backup.read<Backup>();
        return {
            world,
            plan,
            profile,
            beside: profiles.filter(({ addonName }) => all.some((one) => one.addonName === addonName)),
            planned,
            backup,
            migrationId: journal.migrationId,
            timeouts,
            memory,
            warn,
            refused: (refusals) => noteRefusals(journal, refusals),
        };
    }
}
