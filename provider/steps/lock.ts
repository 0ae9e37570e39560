// Stands for the lock, which the session took before any step runs and gives back after the last one. Changes nothing itself.

import type { Step } from "../engine/step";
import { MigrationStep } from "../plan/plan";

export const lock: Step<MigrationStep.Lock, Record<string, never>> = {
    name: MigrationStep.Lock,
    planLine: ({ release }) => `one mover for release ${release.namespace}/${release.name}`,
    remember: async () => ({}),
    apply: async () => undefined,
    undo: async () => undefined,
};
