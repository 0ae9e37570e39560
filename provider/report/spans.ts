// Timeline of the journal in, groups of spans on a common scale out. A move and an undo of days later never share a scale. Pure.
import type { JournalFacts, Pause, TimelineEntry } from "../engine/step";

export interface Span {
    readonly label: string;
    readonly begin: number;
    readonly end: number;
    /** How long, for people to read; differs from the span's length when it was cut at the edge of the group. */
    readonly milliseconds: number;
    readonly state: "done" | "failed" | "cutOff";
}

export interface SpanGroup {
    readonly direction: TimelineEntry["direction"];
    readonly begin: number;
    readonly end: number;
    readonly steps: readonly Span[];
    readonly controllers: readonly Span[];
    readonly requests: readonly Span[];
}

/** Runs further apart than this get a scale of their own. */
const APART_MS = 2 * 60_000;

export function groupsOf(facts: JournalFacts): SpanGroup[] {
    const runs: TimelineEntry[][] = [];
    for (const entry of facts.timeline ?? []) {
        const run = runs[runs.length - 1];
        const last = run?.[run.length - 1];
        const apart =
            last === undefined ||
            last.direction !== entry.direction ||
            entry.begin - (last.end ?? last.begin) > APART_MS;
        if (apart) runs.push([entry]);
        else run?.push(entry);
    }
    return runs.map((run) => groupOf(run, facts));
}

function groupOf(run: readonly TimelineEntry[], facts: JournalFacts): SpanGroup {
    const begin = run[0]?.begin ?? 0;
    const end = Math.max(...run.map((entry) => entry.end ?? entry.begin));
    const pauses = (kind: Pause["of"]) =>
        (facts.pauses ?? [])
            .filter((pause) => pause.of === kind && pause.begin <= end && pause.end >= begin)
            .map((pause) => pauseSpan(pause, facts, begin, end));
    const forward = run[0]?.direction === "forward";
    return {
        direction: run[0]?.direction ?? "forward",
        begin,
        end,
        steps: run.map((entry, index) => stepSpan(entry, run[index + 1])),
        controllers: forward ? pauses("controller") : [],
        requests: forward ? pauses("request") : [],
    };
}

function stepSpan({ step, begin, end, failed }: TimelineEntry, next: TimelineEntry | undefined): Span {
    // A process that was killed wrote no end: its step lasted at most until the next one began.
    const until = end ?? next?.begin ?? begin;
    return {
        label: step,
        begin,
        end: until,
        milliseconds: until - begin,
        state: failed ? "failed" : end === undefined ? "cutOff" : "done",
    };
}

function pauseSpan({ what, begin, end }: Pause, facts: JournalFacts, from: number, to: number): Span {
    const seconds = facts.pausedSeconds[what];
    return {
        label: what,
        begin: Math.max(begin, from),
        end: Math.min(end, to),
        milliseconds: seconds === undefined ? end - begin : seconds * 1000,
        state: "done",
    };
}
