// The whole way back for one journal.
import type { Journal } from "../engine/journal";
import { undoSteps } from "../engine/saga";
import type { Session } from "./session";

/** Undoes everything, then removes the journal: the last thing that says a move was begun. */
export async function undoMove(session: Session, journal: Journal): Promise<void> {
    await session.settle();
    session.follow(journal);
    await undoSteps(session.steps, session.connection.world, journal);
    await journal.discard();
}
