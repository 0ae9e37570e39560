// Reads what an engine wrote about a command: the log of gRPC calls (PULUMI_DEBUG_GRPC) as paired and numbered calls, and
// the engine events (--event-log) as one short line each. The same for the real CLI and for ours.
import { existsSync, readFileSync } from "node:fs";
import { TransformRequest, TransformResponse } from "@pulumi/pulumi/proto/resource_pb";
import type { Normaliser } from "./normalise";
import type { Call } from "./trace";

interface LogLine {
    method: string;
    metadata?: { name?: string };
    request?: Record<string, unknown>;
    response?: Record<string, unknown>;
    errors?: string[];
    progress: "request_started" | "response_completed";
}

export function readCalls(file: string, command: string, normaliser: Normaliser): Call[] {
    const phases = phasesOf(command);
    const calls: Call[] = [];
    const open: { line: LogLine; call: Call }[] = [];
    let [deployment, clock] = [-1, 0];
    for (const line of readLines<LogLine>(file)) {
        const [service = "", method = ""] = line.method.replace("/pulumirpc.", "").split("/");
        if (service === "LanguageRuntime") {
            deployment += method === "GetRequiredPackages" && line.progress === "request_started" ? 1 : 0;
            continue;
        }
        if (method === "GetDeploymentInfo") {
            continue; // sent together with the first registration, so its place says nothing
        }
        const now = ++clock;
        if (line.progress === "response_completed") {
            const index = open.findIndex((candidate) => isSame(candidate.line, line));
            const [found] = open.splice(index, 1);
            if (found) {
                complete(found.call, line, service, now, normaliser);
            }
            continue;
        }
        const call: Call = { at: [now, null], phase: phases[deployment] ?? phases[0] ?? "", method };
        if (service === "ResourceProvider") {
            call.provider = line.metadata?.name ?? "";
        } else if (service !== "ResourceMonitor") {
            call.service = service;
        }
        call.request = normaliser.value(
            service === "Callbacks" ? readable(line.request, "request") : line.request,
        ) as Record<string, unknown>;
        open.push({ line, call });
        calls.push(call);
    }
    return calls;
}

function complete(call: Call, line: LogLine, service: string, now: number, normaliser: Normaliser): void {
    call.at[1] = now;
    if (line.response) {
        const shown = service === "Callbacks" ? readable(line.response, "response") : line.response;
        call.response = normaliser.value(shown) as Record<string, unknown>;
    }
    if (line.errors) {
        call.error = line.errors.map((error) => normaliser.text(String(error))).join("\n");
    }
}

function isSame(left: LogLine, right: LogLine): boolean {
    const key = ({ method, metadata, request }: LogLine): string =>
        JSON.stringify([method, metadata, request]);
    return key(left) === key(right);
}

/** A transform's request or response, which the log holds as base64 of the message. */
function readable(
    outer: Record<string, unknown> | undefined,
    field: "request" | "response",
): Record<string, unknown> {
    const bytes = Buffer.from(String(outer?.[field] ?? ""), "base64");
    const message =
        field === "request"
            ? TransformRequest.deserializeBinary(bytes)
            : TransformResponse.deserializeBinary(bytes);
    const { properties, ...rest } = message.toObject();
    void properties;
    return {
        ...outer,
        [field]: { ...(strip(rest) as object), properties: message.getProperties()?.toJavaScript() },
    };
}

function strip(value: unknown): unknown {
    if (Array.isArray(value) || value === null || typeof value !== "object") {
        return value;
    }
    const entries = Object.entries(value).map(([key, item]) => [key, strip(item)] as const);
    return Object.fromEntries(entries.filter(([, item]) => isSet(item)));
}

function isSet(value: unknown): boolean {
    if (Array.isArray(value)) {
        return value.length > 0;
    }
    return typeof value === "object" && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}

/** Which deployments a command makes, in order. */
function phasesOf(command: string): string[] {
    const verb = command.split(" ")[0] ?? "";
    const act = { up: "update", preview: "preview" }[verb] ?? verb;
    if (verb === "preview" || command.includes("--preview-only")) {
        return ["preview"];
    }
    return command.includes("--skip-preview") ? [act] : ["preview", act];
}

interface EventLine {
    diagnosticEvent?: { urn?: string; severity: string; ephemeral?: boolean; message: string };
    resourcePreEvent?: { metadata: StepMetadata };
    resOutputsEvent?: { metadata: StepMetadata };
    resOpFailedEvent?: { metadata: StepMetadata };
    summaryEvent?: {
        resourceChanges: Record<string, number>;
        isPreview: boolean;
        result: string;
        maybeCorrupt: boolean;
    };
}

interface StepMetadata {
    op: string;
    urn: string;
    diffs?: string[];
    keys?: string[];
    detailedDiff?: object;
}

/** The engine events of the command's last deployment. */
export function readEvents(file: string, normaliser: Normaliser): string[] {
    const result: string[] = [];
    for (const line of readLines<EventLine>(file)) {
        const step = line.resourcePreEvent ?? line.resOutputsEvent ?? line.resOpFailedEvent;
        if (line.diagnosticEvent && line.diagnosticEvent.severity !== "debug") {
            const { urn, severity, ephemeral, message } = line.diagnosticEvent;
            const text = normaliser
                .lines(
                    `${severity}${ephemeral ? " (ephemeral)" : ""}${urn ? ` ${shortName(urn)}` : ""}: ${message}`,
                )
                .join("\n");
            if (!text.endsWith("    <stack>") || text !== result.at(-1)) {
                result.push(text);
            }
        } else if (step) {
            const kind = line.resourcePreEvent ? "begin" : line.resOutputsEvent ? "end" : "failed";
            result.push(normaliser.text(`${kind} ${stepText(step.metadata)}`));
        } else if (line.summaryEvent) {
            const { resourceChanges, isPreview, result: outcome, maybeCorrupt } = line.summaryEvent;
            const sorted = Object.fromEntries(
                Object.entries(resourceChanges).sort(([a], [b]) => (a < b ? -1 : 1)),
            );
            result.push(
                `summary ${JSON.stringify({ isPreview, result: outcome, maybeCorrupt, resourceChanges: sorted })}`,
            );
        }
    }
    return result;
}

function stepText({ op, urn, diffs, keys, detailedDiff }: StepMetadata): string {
    return [
        `${op} ${shortName(urn)}`,
        diffs?.length && `diffs=${diffs}`,
        keys?.length && `keys=${keys}`,
        detailedDiff && `detailedDiff=${JSON.stringify(detailedDiff)}`,
    ]
        .filter(Boolean)
        .join(" ");
}

function shortName(urn: string): string {
    return urn.split("::").slice(2).join("::");
}

function readLines<T>(file: string): T[] {
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    return text
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as T);
}
