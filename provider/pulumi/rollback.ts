// The whole way back for one journal.
import type { Journal } from "../engine/journal";
import { unwind } from "../engine/saga";
import type { Session } from "./session";

/** Undoes everything, then removes the journal: the last thing that says a move was begun. */
export async function undoAll(session: Session, journal: Journal): Promise<void> {
    await unwind(session.steps, session.connection.world, journal);
    await journal.discard();
}
