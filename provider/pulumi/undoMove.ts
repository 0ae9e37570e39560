// The whole way back for one journal.
import type { Journal } from "../engine/journal";
import { tracesOf, undoSteps } from "../engine/saga";
import type { Session } from "./session";

/** Undoes everything, then removes the journal: the last thing that says a move was begun. */
export async function undoMove(session: Session, journal: Journal): Promise<void> {
    await session.settle();
    session.follow(journal);
    if (await isUndone(session, journal))
        session.log.warn(
            "nothing of the move is left in the cluster: it was undone before, and nothing is written now",
        );
    else await undoSteps(session.steps, session.connection.world, journal);
    await journal.discard();
}

/**
 * An undo that was cut off after its last write removed the journal, and the state was not told: what somebody changed since then is theirs.
 * With a journal in the cluster there is something left to do.
 */
export async function isUndone({ steps, connection }: Session, journal: Journal): Promise<boolean> {
    if (!journal.isUnproven) return false;
    return (await tracesOf(steps, connection.world, journal)).length === 0;
}
