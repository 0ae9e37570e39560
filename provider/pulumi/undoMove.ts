// The whole undo: of one journal, and as the destroy of either resource tells it.
import { asMigrationError } from "../../common/errors";
import type { Journal } from "../engine/journal";
import { tracesOf, undoSteps } from "../engine/saga";
import { serveWhatCan } from "../operations/handover/serveWhatCan";
import type { RunReport } from "../report/runReport";
import { letGoOf } from "./foreignJournals";
import { MigrationPhase, outputsAt } from "./outputs";
import type { Session } from "./session";

/** Undoes everything, then removes the journal: the last thing that says a move was begun. */
export async function undoMove(session: Session, journal: Journal): Promise<void> {
    await session.settle();
    session.follow(journal);
    if (await isUndone(session, journal))
        session.log.warn(
            "nothing of the move is left in the cluster: it was undone before, and nothing is written now",
        );
    else await undoAll(session, journal);
    await discard(session, journal);
    const { namespace, name } = journal.plan.release;
    session.log.progress(`undone: release ${namespace}/${name} is Helm's again`);
}

async function undoAll(session: Session, journal: Journal): Promise<void> {
    const { world } = session.connection;
    try {
        await undoSteps(session.stepsFor(journal.plan), world, journal);
    } catch (error) {
        await serveWhatCan(error, world, journal.plan);
        throw error;
    }
}

/** The last of a move. What of somebody else's keeps the journal is told: it would stand in the way of the next move. */
export async function discard({ log }: Session, journal: Journal): Promise<void> {
    const holders = await journal.discard();
    if (holders.length === 0) return;
    const { namespace, name } = journal.plan.release;
    log.warn(
        `the journal's Secret is deleted, and ${holders.join(", ")}, a finalizer of somebody else's, keeps it; before the next move, ${letGoOf({ namespace, release: name }, holders)}`,
    );
}

/**
 * An undo that was cut off after its last write removed the journal, and the state was not told: what somebody changed since then is theirs.
 * With a journal in the cluster there is something left to do.
 */
export async function isUndone(session: Session, journal: Journal): Promise<boolean> {
    if (!journal.isUnproven || session.isHomeMadeAgain) return false;
    const steps = session.stepsFor(journal.plan);
    return (await tracesOf(steps, session.connection.world, journal)).length === 0;
}

/** Undoes the journal that `find` finds, under the lock; nothing when it finds none. Closes the session. */
export async function destroyMove(
    session: Session,
    report: RunReport,
    find: () => Promise<Journal | undefined>,
): Promise<void> {
    let journal: Journal | undefined;
    try {
        journal = await find();
        if (journal === undefined) return;
        await undoMove(session, journal);
        report.ended(outputsAt(journal, session, MigrationPhase.OnHelm), journal);
    } catch (error) {
        const told = asMigrationError(
            error,
            "destroy",
            "remove the cause and run `pulumi destroy` again; it goes on where it stopped",
        );
        if (journal !== undefined) report.ended(outputsAt(journal, session, MigrationPhase.Moving), journal);
        report.failed(told);
        throw told;
    } finally {
        // Two resources may be destroyed for one move: the one that found nothing leaves the other's page.
        if (journal !== undefined) await report.write();
        await session.close();
    }
}
