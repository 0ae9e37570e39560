// The steps of a move and where it is to stop in; refuses a stop that this move does not have, or that would leave requests to a bridge that nobody keeps. Pure.
import { Handover } from "../../common/enums";
import { ErrorCode, MigrationError } from "../../common/errors";
import type { Steps } from "../engine/step";
import type { MigrationStep, Plan } from "../plan/plan";
import { KEPT_UP } from "../plan/stepOrders";

export function assertStops(
    steps: Steps,
    { handover }: Pick<Plan, "handover">,
    until: MigrationStep | undefined,
): void {
    if (until === undefined) return;
    const isSeamless = handover?.order === Handover.Seamless;
    if (!steps.some(({ name }) => name === until))
        throw wrongStop(until, `this move, which pauses, has no step ${until}`);
    if (isSeamless && KEPT_UP.has(until))
        throw wrongStop(
            until,
            `this move hands over without a pause, and a stop after ${until} would leave requests to pods that move`,
        );
}

function wrongStop(until: MigrationStep, what: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.InvalidInput,
        step: "until",
        what: `\`until: ${until}\`: ${what}`,
        remedy: "choose another step, or take `until` away; nothing was changed",
    });
}
