// A state that says that nothing is left to do, and the cluster's journal come in; what a command that was cut off has changed since, and could not tell the state, goes out, a line each. Writes nothing.
import { messageOf } from "../../common/errors";
import type { Log } from "../ports/world";
import { clusterJournal, untoldProgress } from "./drift";
import { parseInputs } from "./inputs";
import { openSession } from "./openSession";
import { type MigrationOutputs, MigrationPhase } from "./outputs";
import type { Bag } from "./propertyBag";
import type { SessionHost } from "./session";
import { vouchersOf } from "./vouchers";

/** None while an input is not known yet. What cannot be told is told as that, and is no line. */
export async function cutOffSince(
    host: SessionHost,
    outputs: Partial<MigrationOutputs>,
    news: Bag,
    olds: Bag,
    log: Log,
): Promise<readonly string[]> {
    const { phase } = outputs;
    if (phase !== MigrationPhase.Moved && phase !== MigrationPhase.Stopped) return [];
    const { inputs, failures, unknown } = parseInputs(news);
    if (failures.length > 0 || unknown.length > 0) return [];
    try {
        const session = await openSession(host, inputs, log, "diff", vouchersOf(outputs, news, olds));
        try {
            return untoldProgress(outputs, await clusterJournal(session, outputs));
        } finally {
            await session.close();
        }
    } catch (error) {
        log.warn(
            `whether the cluster still has what the state says could not be looked at, so nothing is done about it: ${messageOf(error)}`,
        );
        return [];
    }
}
