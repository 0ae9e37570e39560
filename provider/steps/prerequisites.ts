// Installs the dependencies that are missing altogether, as add-ons, and waits for them. Its undo deletes only what it created.

import { mapConcurrently } from "../../common/mapConcurrently";
import { entryOf } from "../engine/memoryCell";
import type { Step } from "../engine/step";
import type { StepTimeouts } from "../engine/stepTimeouts";
import { tracesOfAddon } from "../operations/addon/remove";
import {
    installPrerequisite,
    NOTHING_BEFORE,
    type PrerequisiteMemory,
    removePrerequisite,
} from "../operations/dependency/prerequisite";
import { describeDependencies } from "../plan/lines";
import { DependencyTreatment, MigrationStep, type Plan } from "../plan/plan";
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
        apply: async ({ world, plan, memory, journal }) => {
            for (const planned of wanted(plan)) {
                const profile = profiles.find(({ addonName }) => addonName === planned.addonName);
                const made = entryOf(memory, "made", planned.addonName);
                // Somebody installed it between plan and move: it is theirs.
                if (profile === undefined || !made.exists) continue;
                const { migrationId } = journal;
                await installPrerequisite({
                    world,
                    plan,
                    profile,
                    planned,
                    migrationId,
                    timeouts,
                    memory: made,
                });
            }
        },
        undo: async ({ world, plan, memory, journal }) => {
            for (const planned of wanted(plan).reverse()) {
                const profile = profiles.find(({ addonName }) => addonName === planned.addonName);
                const made = memory.value.made[planned.addonName];
                if (profile === undefined || made === undefined) continue;
                const warnings = await removePrerequisite({ world, profile, planned, timeouts }, made);
                if (warnings.length > 0) journal.note({ warnings: [...journal.facts.warnings, ...warnings] });
            }
        },
        traces: async ({ world, memory }) => {
            const { made } = memory.value;
            const found = await mapConcurrently(profiles, async (profile) => {
                const remembered = made[profile.addonName];
                return remembered === undefined
                    ? []
                    : tracesOfAddon(world, profile, remembered, NOTHING_BEFORE);
            });
            return found.flat();
        },
    };
}

function wanted({ dependencies }: Plan) {
    return dependencies.filter(({ treatment }) => treatment === DependencyTreatment.Install);
}
