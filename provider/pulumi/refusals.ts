// What is asked for and cannot be done, or stands in the way of the next command, each with that command. Texts only.
import { ErrorCode, MigrationError } from "../../common/errors";

export function homeDeleted(namespace: string): string {
    return `Namespace ${namespace} is being deleted; the journal in it holds it until \`pulumi up\` or \`pulumi destroy\` makes it again`;
}

export function noJournal(): MigrationError {
    return new MigrationError({
        code: ErrorCode.JournalDamaged,
        step: "destroy",
        what: "neither the cluster nor Pulumi state holds the journal of this move, so what an undo must do is unknown",
        remedy: "restore an earlier state of the stack (`pulumi stack import`); or keep the add-on and forget the move with `pulumi state delete`; nothing was changed",
    });
}

export function nothingToUndo(): MigrationError {
    return new MigrationError({
        code: ErrorCode.InvalidInput,
        step: "plan",
        what: "desiredOwner is Helm, but no move was begun: Helm runs the operator already",
        remedy: "remove `desiredOwner`, or the resource",
    });
}

export function committed(): MigrationError {
    return new MigrationError({
        code: ErrorCode.InvalidInput,
        step: "plan",
        what: "desiredOwner is Helm, but the move was committed: the backup that the undo needs was removed",
        remedy: "remove `desiredOwner`; to go back all the same, delete the add-on with preserve and install the chart anew",
    });
}

export function noInputs(): MigrationError {
    return new MigrationError({
        code: ErrorCode.JournalDamaged,
        step: "state",
        what: "the resource's state holds no inputs",
        remedy: "run `pulumi up` once, which writes them anew, then run the command again",
    });
}
