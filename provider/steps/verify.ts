// Looks whether the models came through: same custom resources with the same fields, same pods, every kind of request answered. Changes nothing.

import type { Step } from "../engine/saga";
import type { Backup } from "../operations/backup/backup";
import { checkModels } from "../operations/models/models";
import { waitForAnswers } from "../operations/models/probes";
import { MigrationStep } from "../plan/plan";
import type { Profile } from "../profiles/profile";

const ANSWER_MS = 5 * 60_000;

export function verify(profile: Profile): Step<Record<string, never>> {
    return {
        name: MigrationStep.Verify,
        remember: async () => ({}),
        apply: async ({ world, journal }) => {
            await waitForAnswers(world, profile, ANSWER_MS);
            await checkModels(world, profile, await journal.backup.read<Backup>());
        },
        undo: async () => undefined,
    };
}
