// Looks whether the models came through: same custom resources with the same fields, same pods, every kind of request answered. Changes nothing.
import { waitForAnswers } from "../operations/answers";
import type { Backup } from "../operations/backup";
import { checkModels } from "../operations/models";
import { MigrationStep } from "../plan";
import type { Profile } from "../profiles/profile";
import type { Step } from "../saga";

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
