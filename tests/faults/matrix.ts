// Which experiments there are: every write of a move with every fault and every ending; and a seeded sample of them. Runs nothing.
import type { FaultAction, LedgerEntry } from "../../sandbox/faults/proxy";
import type { Victim } from "../e2e/kills";
import type { Ending, Experiment } from "./experiment";

const ACTIONS: readonly FaultAction[] = [
    "killBefore",
    "killAfter",
    "dropAfter",
    "throttle",
    "serverError",
    "hang",
];
const ENDINGS: readonly Ending[] = ["resume", "undo"];
const KILLS: readonly Victim[] = ["provider", "both"];

export function allExperiments(writes: readonly LedgerEntry[]): Experiment[] {
    return writes.flatMap(({ ordinal }) =>
        ACTIONS.flatMap((action) =>
            ENDINGS.flatMap((ending) =>
                (action.startsWith("kill") ? KILLS : (["provider"] as const)).map((victim) => ({
                    ordinal,
                    action,
                    victim,
                    ending,
                })),
            ),
        ),
    );
}

/** The same seed gives the same sample. */
export function sample<T>(items: readonly T[], count: number, seed: number): T[] {
    const rest = [...items];
    const chosen: T[] = [];
    let state = seed >>> 0 || 1;
    while (chosen.length < count && rest.length > 0) {
        // xorshift32
        state ^= state << 13;
        state ^= state >>> 17;
        state ^= state << 5;
        const [item] = rest.splice((state >>> 0) % rest.length, 1);
        if (item !== undefined) chosen.push(item);
    }
    return chosen;
}
