// Writes engine events to the file of `--event-log`, one JSON line each, in the CLI's own form (as far as tests read it).
import { appendFileSync, writeFileSync } from "node:fs";
import type { EngineEvent, EventSink, OperationInfo } from "./events";

export function eventLog(file: string | undefined): EventSink {
    if (!file) {
        return () => undefined;
    }
    writeFileSync(file, ""); // each deployment starts the file afresh
    let sequence = 0;
    return (event) => {
        const line = { sequence: sequence++, timestamp: Math.floor(Date.now() / 1000), ...asLogged(event) };
        appendFileSync(file, `${JSON.stringify(line)}\n`);
    };
}

function asLogged(event: EngineEvent): object {
    switch (event.kind) {
        case "begin":
            return { resourcePreEvent: { metadata: metadata(event) } };
        case "end":
            return { resOutputsEvent: { metadata: metadata(event) } };
        case "failed":
            return { resOpFailedEvent: { metadata: metadata(event), status: 0, steps: 0 } };
        case "message":
            return {
                diagnosticEvent: {
                    ...(event.urn ? { urn: event.urn } : {}),
                    message: `${event.text}\n`,
                    color: "raw",
                    severity: event.severity,
                    ...(event.streamId ? { streamID: event.streamId } : {}),
                    ...(event.ephemeral ? { ephemeral: true } : {}),
                },
            };
        case "summary":
            return {
                summaryEvent: {
                    maybeCorrupt: event.maybeCorrupt,
                    durationSeconds: Math.round(event.seconds),
                    resourceChanges: event.resourceChanges,
                    isPreview: event.isPreview,
                    result: event.result,
                },
            };
    }
}

function metadata(event: OperationInfo): object {
    const { op, urn, keys, diffs, detailedDiff } = event;
    const detail =
        detailedDiff &&
        Object.fromEntries(
            Object.entries(detailedDiff).map(([key, diff]) => [
                key,
                { diffKind: diff.kind, inputDiff: diff.inputDiff },
            ]),
        );
    return {
        op,
        urn,
        type: event.new?.type ?? event.old?.type,
        ...(keys?.length ? { keys } : {}),
        ...(diffs?.length ? { diffs } : {}),
        ...(detail && Object.keys(detail).length > 0 ? { detailedDiff: detail } : {}),
        provider: event.new?.provider ?? event.old?.provider ?? "",
    };
}
