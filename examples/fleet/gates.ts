// What a cluster's stack says after its move comes in, what keeps the fleet from going on goes out. Pure.
import type { Gates } from "./fleetFile";

/** The outputs of index.ts. */
export interface Outcome {
    readonly phase: string;
    readonly nextStep: string;
    readonly addonVersion: string;
    readonly pausedSeconds: Readonly<Record<string, number>>;
    readonly warnings: readonly string[];
    /** What a refresh found changed outside of Pulumi. */
    readonly drift: readonly string[];
}

export function heldBy({ maxPausedSeconds, acceptedWarnings = [] }: Gates, outcome: Outcome): string[] {
    const tooLong = Object.entries(outcome.pausedSeconds).filter(
        ([, seconds]) => maxPausedSeconds !== undefined && seconds > maxPausedSeconds,
    );
    const unexpected = outcome.warnings.filter(
        (warning) => !acceptedWarnings.some((accepted) => warning.includes(accepted)),
    );
    return [
        ...tooLong.map(
            ([what, seconds]) =>
                `${what} was away for ${Math.round(seconds)} s, allowed are ${maxPausedSeconds} s`,
        ),
        ...unexpected.map((warning) => `a warning that is not accepted: ${warning}`),
        ...outcome.drift.map((line) => `changed outside: ${line}`),
    ];
}
