// A failure before the add-on is asked for comes in; with `Handover.Auto` the journal goes on with the order that pauses, and tells why. Nothing of the bridge is left then.
import { Handover } from "../../../common/enums";
import { ErrorCode, FailedInStep, isStopped, MigrationError, messageOf } from "../../../common/errors";
import type { Journal } from "../../engine/journal";
import type { Steps } from "../../engine/step";
import { describePlan } from "../../plan/lines";
import { MigrationStep, type Plan, type PlanDraft } from "../../plan/plan";
import type { World } from "../../ports/world";

const BEFORE_ADDON: ReadonlySet<string> = new Set([MigrationStep.Bridge, MigrationStep.Redirect]);

/** What a controller needs to hand over is not there after all. */
export function notSeamless(step: MigrationStep, component: string, why: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.HandoverNotSeamless,
        step,
        what: `${component} cannot hand over without a pause: ${why}`,
        remedy: "remove the cause and run `pulumi up`, or set `handover: Handover.Pause`",
    });
}

/** True when the move is to be run again, in the order of its new plan. Called once everything of the bridge was undone. */
export async function pauseInstead(
    failure: unknown,
    world: World,
    journal: Journal,
    stepsFor: (plan: Pick<Plan, "handover">) => Steps,
): Promise<boolean> {
    const { plan } = journal;
    const { handover } = plan;
    if (!(failure instanceof FailedInStep) || !BEFORE_ADDON.has(failure.step)) return false;
    const { cause, step } = failure;
    if (isStopped(cause)) return false;
    // An undo that failed left something that only the order of before knows.
    const isLeft = journal.knows(MigrationStep.Bridge) || journal.knows(MigrationStep.Redirect);
    if (handover?.asked !== Handover.Auto || isLeft) return false;
    const why = cause instanceof MigrationError ? cause.what : messageOf(cause);
    const components = handover.components.map(({ bridge, ...one }) =>
        bridge === undefined ? one : { ...one, why: [why] },
    );
    const { lines: _, ...draft } = plan;
    const paused: PlanDraft = { ...draft, handover: { ...handover, order: Handover.Pause, components } };
    await journal.replan({ ...paused, lines: describePlan(paused, stepsFor(paused)) });
    world.log.warn(`${step}: ${why}; the move goes on with a pause, as \`handover: Auto\` allows`);
    return true;
}
