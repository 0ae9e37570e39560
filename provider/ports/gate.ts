// What each write passes first, and how a mover that must not write any more stops.
import { ErrorCode, MigrationError } from "../../common/errors";

/** Stops a mover that must not write any more: lock lost, engine gone, interrupted. */
export interface Gate {
    /** A safe point: throws when the mover has to stop here. */
    check(): void;
    /** Lets one attempt of one write through, as soon as the lock is surely this mover's; throws when writing is no longer allowed. A retry asks again. */
    pass(): Promise<Pass>;
}

/** For one attempt of one write. */
export interface Pass {
    /** Aborted when the lock is lost, or was not renewed for so long that a rival may take it. */
    readonly signal: AbortSignal;
    /** Milliseconds after which the request must not take effect any more. */
    readonly validForMs: number;
    /** The last look before the first byte goes out. */
    isValid(): boolean;
}

/** What a mover is told that lost its lock: `what` and `why` are for people. */
export function lockLost(what: string, why?: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.LockLost,
        step: "lock",
        what,
        ...(why === undefined ? {} : { why }),
        remedy: "run `pulumi up` to continue where this mover stopped, or `pulumi destroy` to go back",
    });
}
