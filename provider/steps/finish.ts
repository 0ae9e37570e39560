// Says what was reached. The journal stays until the move is undone or committed.

import type { Step } from "../engine/saga";
import { MigrationStep } from "../plan/plan";

export const finish: Step<Record<string, never>> = {
    name: MigrationStep.Finish,
    remember: async () => ({}),
    apply: async ({ world, plan }) => {
        world.log.progress(
            `finish: ${plan.addon.name} ${plan.addon.version} runs in place of release ${plan.release.namespace}/${plan.release.name}`,
        );
    },
    undo: async () => undefined,
};
