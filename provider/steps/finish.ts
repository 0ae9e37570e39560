// Says what was reached, after a last look that only one generation runs. The journal stays until the move is undone or committed.

import type { Step } from "../engine/step";
import { StoppedControllers } from "../operations/handover/stoppedControllers";
import { MigrationStep } from "../plan/plan";

export const finish: Step<MigrationStep.Finish, Record<string, never>> = {
    name: MigrationStep.Finish,
    planLine: () =>
        "the journal stays in the cluster and in this stack until the move is undone or committed",
    remember: async () => ({}),
    apply: async ({ world, plan }) => {
        const refs = plan.controllers.map(({ workload }) => workload);
        await new StoppedControllers(world, refs, MigrationStep.Finish).lookTwice();
        world.log.progress(
            `finish: ${plan.addon.name} ${plan.addon.version} runs in place of release ${plan.release.namespace}/${plan.release.name}`,
        );
    },
    undo: async () => undefined,
};
