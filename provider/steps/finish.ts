// Says what was reached, after a last look that one generation serves, and only one. The journal stays until the move is undone or committed.

import { counted } from "../../common/counted";
import { isInTable, type OperatorOfAddon } from "../addons/versions";
import type { Step } from "../engine/step";
import { assertServes, noteOnce } from "../operations/handover/assertServes";
import { StoppedControllers } from "../operations/handover/stoppedControllers";
import { MigrationStep, type Plan } from "../plan/plan";
import type { Profile } from "../profiles/profile";

export function finish(
    profile: Profile,
    operatorOfAddon: readonly OperatorOfAddon[],
): Step<MigrationStep.Finish, Record<string, never>> {
    return {
        name: MigrationStep.Finish,
        planLine: () =>
            "the journal stays in the cluster and in this stack until the move is undone or committed",
        remember: async () => ({}),
        apply: async (context) => {
            const { world, plan, journal } = context;
            const refs = plan.controllers.map(({ workload }) => workload);
            const stopped = new StoppedControllers(world, refs, MigrationStep.Finish);
            await stopped.look();
            // Whoever applies the release again also takes the requests away: told by name, not as requests that are refused.
            await assertServes(context, profile, MigrationStep.Finish, () => stopped.glance());
            await stopped.lookTwice();
            world.log.progress(
                `finish: ${plan.addon.name} ${plan.addon.version} runs in place of release ${plan.release.namespace}/${plan.release.name}`,
            );
            if (isInTable(plan.addon.version, operatorOfAddon)) return;
            const line = seenToHold(plan, journal.facts.workloads?.length ?? 0);
            noteOnce(journal, [line]);
            world.log.warn(line);
        },
        undo: async () => undefined,
    };
}

/** What is assumed of an add-on that nobody of this package has seen, as far as this move has looked. */
function seenToHold({ addon, customResources }: Plan, workloads: number): string {
    const models = customResources.reduce((sum, { count }) => sum + count, 0);
    return (
        `the add-on ${addon.version} is newer than what this package knows. Seen to hold: its ${counted(workloads, "workload")} were found by EKS's field manager and are available; ` +
        `${counted(models, "model")} kept UID and fields and can be read through every served version; requests are answered; Helm's controllers stayed away. ` +
        "What no move can see stands in docs/assumptions.md as not checked"
    );
}
