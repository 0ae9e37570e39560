// A move that fails between the first controller it stops and the last it waits for, or that finds both generations at work, comes in; Helm's generation serves again, alone. Nobody has to run a command for that.
import { ErrorCode, FailedInStep, isStopped, MigrationError, messageOf } from "../../../common/errors";
import type { Journal } from "../../engine/journal";
import { undoSteps } from "../../engine/saga";
import type { Steps } from "../../engine/step";
import { MigrationStep } from "../../plan/plan";
import type { World } from "../../ports/world";
import { serveWhatCan } from "./serveWhatCan";
import { runningOf } from "./stoppedControllers";

/** How long a failed move waits for EKS to let go of the add-on, milliseconds. Helm's controllers serve meanwhile, so the next command may wait for the rest. */
export const SERVE_AGAIN_MS = 2 * 60_000;

/** Steps that fail while no generation serves, or only half of one. */
const PAUSED: ReadonlySet<string> = new Set([MigrationStep.ScaleDown, MigrationStep.Install]);

/** Steps that fail while requests go over a bridge, which nobody follows from then on. */
const BRIDGED: ReadonlySet<string> = new Set([
    MigrationStep.Bridge,
    MigrationStep.Redirect,
    MigrationStep.HandOver,
]);

/** Undoes back to before the pause. Never throws: what is told is why the move failed. */
export async function serveAgain(
    failure: unknown,
    steps: Steps,
    world: World,
    journal: Journal,
): Promise<void> {
    const first = [MigrationStep.Bridge, MigrationStep.ScaleDown].find((step) => journal.knows(step));
    if (first === undefined) return;
    const why = await whyNotOne(failure, world, journal);
    if (why === undefined) return;
    try {
        await undoSteps(steps, world, journal, first);
        world.log.warn(`${why}; Helm's controllers run again`);
    } catch (error) {
        await serveWhatCan(error, world, journal.plan);
        const serves = (await isServing(world, journal))
            ? "Helm's controllers run again, but the rest is still to be undone"
            : "Helm's controllers could not be started again";
        world.log.warn(`${why}, and ${serves}: ${messageOf(error)}`);
    }
}

/** False as well when nobody can tell. */
async function isServing(world: World, { plan }: Journal): Promise<boolean> {
    const refs = plan.controllers.filter(({ replicas }) => replicas > 0).map(({ workload }) => workload);
    return runningOf(world, refs).then(
        (running) => running.length === refs.length,
        () => false,
    );
}

/** Why not one generation serves now; undefined when one does, or when it is not this mover's to change that. */
async function whyNotOne(failure: unknown, world: World, journal: Journal): Promise<string | undefined> {
    if (!(failure instanceof FailedInStep)) return undefined;
    const { step, cause } = failure;
    if (isStopped(cause)) return undefined;
    if (PAUSED.has(step)) return `${step} failed while controllers were stopped`;
    if (BRIDGED.has(step)) return `${step} failed while requests were led over`;
    const code = cause instanceof MigrationError ? cause.code : undefined;
    // Whoever starts Helm's again and again wins, and so does a release that was applied again: the add-on's make room.
    const both =
        code === ErrorCode.ControllersStarted ||
        (code === ErrorCode.ReleaseChanged && (await isServing(world, journal)));
    return both ? `${step} found both generations at work` : undefined;
}
