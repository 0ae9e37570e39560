// A move that fails between the first controller it stops and the last it waits for comes in; Helm's generation serves again. Nobody has to run a command for that.
import { ErrorCode, FailedInStep, MigrationError, messageOf } from "../../../common/errors";
import type { Journal } from "../../engine/journal";
import { undoSteps } from "../../engine/saga";
import type { Steps } from "../../engine/step";
import { MigrationStep } from "../../plan/plan";
import type { World } from "../../ports/world";

/** Steps that fail while no generation serves, or only half of one. */
const PAUSED: ReadonlySet<string> = new Set([MigrationStep.ScaleDown, MigrationStep.Install]);

/** This mover may not write any more: another one, or the next command, goes on. */
const NO_LONGER_OURS: ReadonlySet<ErrorCode> = new Set([ErrorCode.LockLost, ErrorCode.Interrupted]);

/** Undoes back to before the pause. Never throws: what is told is why the move failed. */
export async function serveAgain(
    failure: unknown,
    steps: Steps,
    world: World,
    journal: Journal,
): Promise<void> {
    if (!isInPause(failure) || !journal.knows(MigrationStep.ScaleDown)) return;
    try {
        await undoSteps(steps, world, journal, MigrationStep.ScaleDown);
        world.log.warn(`${failure.step} failed while controllers were stopped; Helm's controllers run again`);
    } catch (error) {
        world.log.warn(
            `${failure.step} failed while controllers were stopped, and Helm's controllers could not be started again: ${messageOf(error)}`,
        );
    }
}

function isInPause(failure: unknown): failure is FailedInStep {
    if (!(failure instanceof FailedInStep) || !PAUSED.has(failure.step)) return false;
    const { cause } = failure;
    return !(cause instanceof MigrationError && NO_LONGER_OURS.has(cause.code));
}
