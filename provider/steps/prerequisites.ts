// Installs the dependencies that are missing altogether, as add-ons, beside each other, and waits for them. Its undo deletes only what it created.

import { mapConcurrently } from "../../common/mapConcurrently";
import { entryOf } from "../engine/memoryCell";
import type { Step } from "../engine/step";
import type { StepTimeouts } from "../engine/stepTimeouts";
import { tracesOfAddon } from "../operations/addon/removeAddon";
import { besideEachOther, usedFirst, usersFirst } from "../operations/dependency/concurrentDependencies";
import {
    installPrerequisite,
    NOTHING_BEFORE,
    type PrerequisiteMemory,
    removePrerequisite,
} from "../operations/dependency/prerequisite";
import { DependencyTreatment, MigrationStep, type Plan, type PlannedDependency } from "../plan/plan";
import { describeDependencies } from "../plan/planLines";
import type { DependencyProfile } from "../profiles/dependencies";

export interface PrerequisitesMemory {
    /** By name of the add-on; only those that this step asks for. */
    readonly made: Readonly<Record<string, PrerequisiteMemory>>;
}

export function prerequisites(
    profiles: readonly DependencyProfile[],
    timeouts: StepTimeouts,
): Step<MigrationStep.Prerequisites, PrerequisitesMemory> {
    return {
        name: MigrationStep.Prerequisites,
        planLine: (plan) => describeDependencies(plan, DependencyTreatment.Install) || "nothing is missing",
        remember: async (world, plan) => {
            const since = await world.objects.serverTime();
            const missing = await Promise.all(
                wanted(plan).map(async ({ addonName }) =>
                    (await world.addons.describe(addonName)) === undefined
                        ? [[addonName, { since, attempt: 0 }] as const]
                        : [],
                ),
            );
            return { made: Object.fromEntries(missing.flat()) };
        },
        apply: async (context) => {
            // One that somebody installed between plan and move is theirs.
            const mine = wanted(context.plan).filter(
                ({ addonName }) => context.memory.value.made[addonName] !== undefined,
            );
            await besideEachOther(context.world, "prerequisites", mine, usedFirst, async (planned, world) => {
                const profile = profiles.find(({ addonName }) => addonName === planned.addonName);
                if (profile === undefined) return;
                await installPrerequisite({
                    world,
                    plan: context.plan,
                    profile,
                    beside: profilesOf(mine),
                    planned,
                    migrationId: context.journal.migrationId,
                    timeouts,
                    memory: entryOf(context.memory, "made", planned.addonName),
                });
            });
        },
        undo: async ({ world, plan, memory, journal }) => {
            const mine = wanted(plan).filter(({ addonName }) => memory.value.made[addonName] !== undefined);
            await besideEachOther(
                world,
                "undo prerequisites",
                mine,
                usersFirst(mine),
                async (planned, inWorld) => {
                    const profile = profiles.find(({ addonName }) => addonName === planned.addonName);
                    const made = memory.value.made[planned.addonName];
                    if (profile === undefined || made === undefined) return;
                    const warnings = await removePrerequisite(
                        { world: inWorld, profile, beside: profilesOf(mine), planned, timeouts },
                        made,
                    );
                    if (warnings.length > 0)
                        journal.note({ warnings: [...journal.facts.warnings, ...warnings] });
                },
            );
        },
        traces: async ({ world, memory }) => {
            const { made } = memory.value;
            const found = await mapConcurrently(profiles, async (profile) => {
                const remembered = made[profile.addonName];
                if (remembered === undefined) return [];
                const beside = profiles.filter(({ addonName }) => made[addonName] !== undefined);
                return tracesOfAddon(world, profile, remembered, NOTHING_BEFORE, beside);
            });
            return found.flat();
        },
    };

    function profilesOf(planned: readonly PlannedDependency[]): DependencyProfile[] {
        return profiles.filter(({ addonName }) => planned.some((one) => one.addonName === addonName));
    }
}

function wanted({ dependencies }: Plan) {
    return dependencies.filter(({ treatment }) => treatment === DependencyTreatment.Install);
}
