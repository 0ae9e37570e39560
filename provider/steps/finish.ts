// Says what was reached. The journal stays until the move is undone or committed.

import type { Step } from "../engine/step";
import { MigrationStep } from "../plan/plan";

export const finish: Step<MigrationStep.Finish, Record<string, never>> = {
    name: MigrationStep.Finish,
    planLine: () =>
        "the journal stays in the cluster and in this stack until the move is undone or committed",
    remember: async () => ({}),
    apply: async ({ world, plan }) => {
        world.log.progress(
            `finish: ${plan.addon.name} ${plan.addon.version} runs in place of release ${plan.release.namespace}/${plan.release.name}`,
        );
    },
    undo: async () => undefined,
};
