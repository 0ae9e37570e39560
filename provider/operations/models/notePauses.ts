// How long requests were refused, and controllers away, comes in; the journal's facts get it: the seconds, and each pause with its place in time.

import type { Pause, StepContext, StepJournal } from "../../engine/step";
import { pausingOf } from "../../plan/handoverOrder";
import type { InstallMemory } from "../addon/installMemory";
import type { Absences } from "./absences";
import type { Refusals } from "./probes";

const seconds = (milliseconds: number) => Math.round(milliseconds / 100) / 10;

export function notePauses(
    context: StepContext<InstallMemory>,
    refusals: Refusals,
    absences: Absences,
): void {
    const { world, plan, journal } = context;
    const { pausedSince } = journal.facts;
    if (pausedSince !== undefined) {
        const now = world.clock.now();
        const away = pausingOf(plan).map(({ component }) => ({
            what: component,
            of: "controller" as const,
            begin: pausedSince,
            end: Math.max(pausedSince, absences.backSince(component) ?? now),
        }));
        note(journal, new Map(away.map(({ what, begin, end }) => [what, end - begin])), away);
    }
    noteRefusals(journal, refusals);
}

/** Kinds of requests that were answered all the while are noted with no seconds. */
export function noteRefusals(journal: StepJournal, refusals: Refusals): void {
    note(
        journal,
        refusals.totals(),
        [...refusals.spans()].map(([what, span]) => ({ what, of: "request", ...span })),
    );
}

/** A later measure of the same takes the place of an earlier one. */
function note(journal: StepJournal, totals: ReadonlyMap<string, number>, pauses: readonly Pause[]): void {
    const { facts } = journal;
    const measured = [...totals].map(([what, total]) => [what, seconds(total)] as const);
    journal.note({
        pausedSeconds: { ...facts.pausedSeconds, ...Object.fromEntries(measured) },
        pauses: [...(facts.pauses ?? []).filter(({ what }) => !totals.has(what)), ...pauses],
    });
}
