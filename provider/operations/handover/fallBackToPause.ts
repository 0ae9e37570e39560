// A failure before the add-on is asked for comes in; with `Handover.Auto` the journal goes on with the order that pauses, and tells why. Nothing of the bridge is left then.

import { Handover } from "../../../common/enums";
import { ErrorCode, FailedInStep, isStopped, MigrationError, messageOf } from "../../../common/errors";
import type { Journal } from "../../engine/journal";
import type { Steps } from "../../engine/step";
import { MigrationStep, type Plan, type PlanDraft } from "../../plan/plan";
import { describePlan } from "../../plan/planLines";
import { orderFor } from "../../plan/stepOrders";
import type { World } from "../../ports/world";
import type { Way } from "./wayInterface";
import { namesOf } from "./waysOfPlan";

const BEFORE_ADDON: ReadonlySet<string> = new Set([MigrationStep.Bridge, MigrationStep.Redirect]);

/** Some of the controllers cannot; the others may. */
class CannotHandOver extends MigrationError {
    constructor(
        step: MigrationStep,
        /** Names, for people and for the plan. */
        readonly components: string,
        readonly because: string,
        cause?: unknown,
    ) {
        super({
            code: ErrorCode.HandoverNotSeamless,
            step,
            what: `${components} cannot hand over without a pause: ${because}`,
            remedy: "remove the cause and run `pulumi up`, or set `handover: Handover.Pause`",
            cause,
        });
    }
}

/** What a controller needs to hand over is not there after all. */
export function notSeamless(step: MigrationStep, components: string, why: string): MigrationError {
    return new CannotHandOver(step, components, why);
}

/** Whatever goes wrong on the way of some controllers is told as theirs. */
export async function onItsWay(step: MigrationStep, way: Way, work: () => Promise<void>): Promise<void> {
    try {
        await work();
    } catch (error) {
        if (isStopped(error) || error instanceof CannotHandOver) throw error;
        const why = error instanceof MigrationError ? error.what : messageOf(error);
        throw new CannotHandOver(step, namesOf(way), why, error);
    }
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
    const why = whyOf(cause);
    const cannot = cause instanceof CannotHandOver ? cause.components.split(", ") : undefined;
    const components = handover.components.map((one) => {
        const { bridge, admission, shared, goesWith, ...facts } = one;
        return one.why.length > 0 || cannot?.includes(one.component) === false
            ? one
            : { ...facts, why: [why] };
    });
    const { lines: _, ...draft } = plan;
    const order = orderFor(components);
    const paused: PlanDraft = { ...draft, handover: { ...handover, order, components } };
    await journal.replan({ ...paused, lines: describePlan(paused, stepsFor(paused)) });
    world.log.warn(
        `${step}: ${why}; the move goes on with a pause${cannot === undefined ? "" : ` of ${cannot.join(", ")}`}, as \`handover: Auto\` allows`,
    );
    return true;
}

function whyOf(cause: unknown): string {
    if (cause instanceof CannotHandOver) return cause.because;
    return cause instanceof MigrationError ? cause.what : messageOf(cause);
}
