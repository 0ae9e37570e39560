// How long requests were refused, and controllers away, comes in; the journal's facts get it.

import type { Pause, StepContext } from "../../engine/step";
import { pausingOf } from "../../plan/bridged";
import type { InstallMemory } from "../addon/installMemory";
import type { Refusals } from "./probes";

export function notePauses({ world, plan, journal }: StepContext<InstallMemory>, refusals: Refusals): void {
    const { pausedSince } = journal.facts;
    const seconds = (milliseconds: number) => Math.round(milliseconds / 100) / 10;
    const away =
        pausedSince === undefined
            ? {}
            : Object.fromEntries(
                  pausingOf(plan).map(({ component }) => [
                      component,
                      seconds(world.clock.now() - pausedSince),
                  ]),
              );
    const requests = Object.fromEntries(
        [...refusals.totals()].map(([request, total]) => [request, seconds(total)]),
    );
    const pauses: Pause[] = [
        ...(pausedSince === undefined
            ? []
            : pausingOf(plan).map(({ component }) => ({
                  what: component,
                  of: "controller" as const,
                  begin: pausedSince,
                  end: world.clock.now(),
              }))),
        ...[...refusals.spans()].map(([what, span]) => ({ what, of: "request" as const, ...span })),
    ];
    journal.note({ pausedSeconds: { ...journal.facts.pausedSeconds, ...away, ...requests }, pauses });
}
