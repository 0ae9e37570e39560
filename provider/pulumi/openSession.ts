// A session for one call, and its failure to open as the call tells it.
import { asMigrationError } from "../../common/errors";
import type { Vouchers } from "../engine/vouched";
import type { Log } from "../ports/world";
import type { MigrationInputs } from "./inputs";
import { Session, type SessionHost } from "./session";

export function openSession(
    host: SessionHost,
    inputs: MigrationInputs,
    log: Log,
    call: string,
    vouchers: Vouchers,
): Promise<Session> {
    return Session.open(inputs, host, log, vouchers).catch((error: unknown) => {
        throw asMigrationError(
            error,
            call,
            "remove the cause and run the command again; nothing was changed",
        );
    });
}
