// Looks whether the models came through: same custom resources with the same fields, same pods, every kind of request answered. Changes nothing.

import type { Step } from "../engine/step";
import type { Backup } from "../operations/backup/backup";
import { checkModels } from "../operations/models/models";
import { waitForAnswers } from "../operations/models/probes";
import { MigrationStep, type PlanDraft } from "../plan/plan";
import type { Profile } from "../profiles/profile";

const ANSWER_MS = 5 * 60_000;

export function verify(profile: Profile): Step<MigrationStep.Verify, Record<string, never>> {
    return {
        name: MigrationStep.Verify,
        planLine: (plan) => `${describeModels(plan)}; ingress creation and external metrics answer`,
        remember: async () => ({}),
        apply: async ({ world, journal }) => {
            await waitForAnswers(world, profile, ANSWER_MS);
            await checkModels(world, profile, await journal.backup.read<Backup>());
        },
        undo: async () => undefined,
    };
}

function describeModels({ customResources }: PlanDraft): string {
    return (
        customResources
            .map(({ kind, count, servedVersions }) => `${count} ${kind} (${servedVersions.join(", ")})`)
            .join(", ") || "no models"
    );
}
