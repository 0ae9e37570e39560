// When EKS refuses the add-on outright, Helm's controllers were stopped for nothing: they run again at once, not only after the next command.
import { FailedInStep, messageOf } from "../../../common/errors";
import type { Journal } from "../../engine/journal";
import { type Steps, undoSteps } from "../../engine/saga";
import { MigrationStep } from "../../plan/plan";
import type { World } from "../../ports/world";

/** EKS's word that it began nothing. A lost answer or a throttled call says no such thing. */
const REFUSED = new Set([
    "AccessDeniedException",
    "InvalidParameterException",
    "InvalidRequestException",
    "ResourceLimitExceededException",
]);

/** Never throws: what is told is why the move failed. */
export async function endPauseInVain(
    failure: unknown,
    steps: Steps,
    world: World,
    journal: Journal,
): Promise<void> {
    if (!isRefusedInstall(failure)) return;
    try {
        if ((await world.addons.describe(journal.plan.addon.name)) !== undefined) return;
        await undoSteps(steps, world, journal, MigrationStep.ScaleDown);
        world.log.warn("EKS refused the add-on; Helm's controllers run again");
    } catch (error) {
        world.log.warn(
            `EKS refused the add-on, and Helm's controllers could not be started again: ${messageOf(error)}`,
        );
    }
}

function isRefusedInstall(failure: unknown): boolean {
    return (
        failure instanceof FailedInStep &&
        failure.step === MigrationStep.Install &&
        REFUSED.has((failure.cause as Error | undefined)?.name ?? "")
    );
}
