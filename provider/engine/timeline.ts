// When each run of a step began and ended, by the clock of the process that ran it: noted in the journal's facts, and carried along by its next write. Writes nothing itself.
import type { World } from "../ports/world";
import type { Journal } from "./journal";
import type { TimelineEntry } from "./step";

/** How many runs of steps the journal remembers. */
const TIMELINE_KEPT = 200;

/** Rides along with the write that says so: of a process that is killed it is all that tells. */
export function noteBegin(journal: Journal, entry: TimelineEntry): TimelineEntry {
    journal.note({ timeline: [...(journal.facts.timeline ?? []), entry].slice(-TIMELINE_KEPT) });
    return entry;
}

/** Notes when the work of an entry ended; the journal's next write carries the note along. */
export async function timed(
    journal: Journal,
    { clock }: World,
    entry: TimelineEntry,
    work: () => Promise<void>,
): Promise<void> {
    const note = (now: TimelineEntry) =>
        journal.note({
            timeline: (journal.facts.timeline ?? []).map((one) => (one === entry ? now : one)),
        });
    try {
        await work();
    } catch (error) {
        note({ ...entry, end: clock.now(), failed: true });
        throw error;
    }
    note({ ...entry, end: clock.now() });
}
