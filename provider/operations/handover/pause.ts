// A journal in; whether controllers are stopped, or half replaced, at this point of it comes out. Changes nothing.
import type { Journal } from "../../engine/journal";
import { MigrationStep } from "../../plan/plan";

/** From the first write that may stop a controller until one generation serves, in both directions. */
export function isPaused(journal: Journal): boolean {
    return areControllersPaused(journal) || isBridgeInUse(journal) || isDependencyUnderWay(journal);
}

/** Helm's are stopped, and the add-on's do not all serve yet. */
function areControllersPaused(journal: Journal): boolean {
    return journal.knows(MigrationStep.ScaleDown) && !journal.isDone(MigrationStep.Install);
}

/** Requests reach pods that move only as long as somebody follows these. */
function isBridgeInUse(journal: Journal): boolean {
    return journal.knows(MigrationStep.Redirect) && !journal.isDone(MigrationStep.HandOver);
}

function isDependencyUnderWay(journal: Journal): boolean {
    const { moves = {} } = (journal.memoryOf(MigrationStep.Dependencies) ?? {}) as {
        moves?: Readonly<Record<string, { readonly done?: true; readonly undoing?: true }>>;
    };
    return Object.values(moves).some(({ done, undoing }) => done !== true || undoing === true);
}
