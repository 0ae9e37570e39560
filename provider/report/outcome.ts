// How the run ended, in one word, one sentence, and the next command.
import { MigrationPhase } from "../pulumi/outputs";
import type { ReportSource } from "./reportSource";

export interface Outcome {
    readonly tone: "good" | "bad" | "waiting";
    readonly word: string;
    readonly sentence: string;
}

export function outcomeOf({ outputs, problem, direction }: ReportSource): Outcome {
    const { phase, nextStep = "", steps = [] } = outputs;
    if (problem !== undefined) {
        if (phase === undefined || steps.every(({ state }) => state === "pending"))
            return { tone: "bad", word: "Not begun", sentence: "Nothing was changed." };
        return direction === "undo"
            ? { tone: "bad", word: "Undo failed", sentence: "The undo stopped before its end." }
            : { tone: "bad", word: "Failed", sentence: "The move stopped before its end." };
    }
    switch (phase) {
        case MigrationPhase.Moved:
            return {
                tone: "good",
                word: "Moved",
                sentence: "The EKS add-on runs the operator. An undo is possible.",
            };
        case MigrationPhase.OnHelm:
            return {
                tone: "good",
                word: "Undone",
                sentence: "Helm runs the operator again, and everything is as it was before the move.",
            };
        case MigrationPhase.Committed:
            return {
                tone: "good",
                word: "Committed",
                sentence: "The EKS add-on runs the operator. No undo is possible any more.",
            };
        case MigrationPhase.Stopped:
            return {
                tone: "waiting",
                word: "Stopped on request",
                sentence: `The move waits before ${nextStep}, where until stopped it.`,
            };
        default:
            return {
                tone: "waiting",
                word: "Not finished",
                sentence: `The move was begun and is not at its end${nextStep === "" ? "" : `; ${nextStep} comes next`}.`,
            };
    }
}

export interface Problem {
    readonly what: readonly string[];
    readonly next: string;
}

/** The text of an error ends with the line that says what to do. */
export function problemOf(text: string): Problem {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    const next = lines.map((line) => line.startsWith("next: ")).lastIndexOf(true);
    if (next < 0) return { what: lines, next: "run `pulumi up` to continue, or `pulumi destroy` to go back" };
    return {
        what: lines.slice(0, next),
        next: [(lines[next] ?? "").slice("next: ".length), ...lines.slice(next + 1)].join(" "),
    };
}
