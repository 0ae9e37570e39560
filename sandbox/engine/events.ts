// What a deployment tells the outside world while it runs: begun, ended and failed operations, messages, the summary.
// The display and the event log listen; nothing here acts.
import type { PropertyDiff } from "./providerAnswers";
import type { ResourceState } from "./state";

export type Operation =
    | "same"
    | "create"
    | "update"
    | "delete"
    | "replace"
    | "create-replacement"
    | "delete-replaced"
    | "read"
    | "refresh"
    | "import"
    | "import-replacement"
    | "discard-replaced";

export type Severity = "debug" | "info" | "info#err" | "warning" | "error";

export interface OperationInfo {
    op: Operation;
    urn: string;
    old?: ResourceState | undefined;
    new?: ResourceState | undefined;
    /** Inputs that force a replacement. */
    keys?: string[];
    diffs?: string[];
    detailedDiff?: Record<string, PropertyDiff>;
}

export interface Message {
    severity: Severity;
    text: string;
    /** Without one the message belongs to the stack. */
    urn?: string;
    /** Shown live on the row, not kept for the Diagnostics section. */
    ephemeral?: boolean;
    streamId?: number;
}

export interface Summary {
    isPreview: boolean;
    result: "succeeded" | "failed" | "canceled";
    maybeCorrupt: boolean;
    resourceChanges: Partial<Record<Operation, number>>;
    seconds: number;
}

export type EngineEvent =
    | ({ kind: "begin" | "end" | "failed" } & OperationInfo)
    | ({ kind: "message" } & Message)
    | ({ kind: "summary" } & Summary);

export type EventSink = (event: EngineEvent) => void;
