// Says what was reached, after a last look that one generation serves, and only one. The journal stays until the move is undone or committed.

import type { Step } from "../engine/step";
import { assertServes } from "../operations/handover/stillServes";
import { StoppedControllers } from "../operations/handover/stoppedControllers";
import { MigrationStep } from "../plan/plan";
import type { Profile } from "../profiles/profile";

export function finish(profile: Profile): Step<MigrationStep.Finish, Record<string, never>> {
    return {
        name: MigrationStep.Finish,
        planLine: () =>
            "the journal stays in the cluster and in this stack until the move is undone or committed",
        remember: async () => ({}),
        apply: async (context) => {
            const { world, plan } = context;
            const refs = plan.controllers.map(({ workload }) => workload);
            await new StoppedControllers(world, refs, MigrationStep.Finish).lookTwice();
            await assertServes(context, profile, MigrationStep.Finish);
            world.log.progress(
                `finish: ${plan.addon.name} ${plan.addon.version} runs in place of release ${plan.release.namespace}/${plan.release.name}`,
            );
        },
        undo: async () => undefined,
    };
}
