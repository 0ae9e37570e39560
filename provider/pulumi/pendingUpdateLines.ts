// A state that asks for an update by itself comes in: a move or an undo that was cut off, or what a refresh found changed. What the update will do goes out, as a preview tells it. Writes nothing.
import { titled } from "../plan/previewLine";
import type { Log } from "../ports/world";
import { asksForWork } from "./diffMove";
import { parseInputs } from "./inputs";
import { cutOffSince } from "./interruptedCommand";
import { MigrationPhase, readOutputs } from "./outputs";
import { Blocked, type PlanPreviews } from "./previewPlan";
import type { Bag } from "./propertyBag";
import type { SessionHost } from "./session";
import { vouchersOf } from "./vouchers";

const SET_RIGHT = titled(
    "summary",
    "the move is complete; what was changed since then is looked at, and set right where the move made it",
);

/** No line where nothing is left to do, or where an input is not known yet. */
export async function remaining(
    previews: PlanPreviews,
    host: SessionHost,
    olds: Bag,
    news: Bag,
    log: Log,
): Promise<readonly string[]> {
    const outputs = readOutputs(olds);
    const { inputs, failures, unknown } = parseInputs(news);
    if (failures.length > 0 || unknown.length > 0) return [];
    const isAsked = asksForWork(outputs, news);
    const cutOff = isAsked ? [] : await cutOffSince(host, outputs, news, olds, log);
    if (!isAsked && cutOff.length === 0) return [];
    const drift = [...(outputs.drift ?? []), ...cutOff].map((line) => titled("drift", line));
    const isMoved = outputs.phase === MigrationPhase.Moved || outputs.phase === MigrationPhase.Committed;
    if (isMoved && cutOff.length === 0) return [SET_RIGHT, ...drift];
    try {
        const lines = await previews.linesOf(inputs, vouchersOf(outputs, news, olds), true, log);
        return [...lines, ...drift];
    } catch (error) {
        if (!(error instanceof Blocked)) throw error;
        return error.failures.map(({ property, reason }) => titled("in the way", `${property}: ${reason}`));
    }
}
