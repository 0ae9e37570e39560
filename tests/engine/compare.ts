// Compares what our engine did with what the real one did. Order is compared where it means something: the calls of one
// resource, and creates, updates and deletes against the dependencies; the rest as sets (traces' README).
import assert from "node:assert/strict";
import { type Export, type ResourceState, requirements } from "../../sandbox/engine/state";
import { Renumbered } from "./renumbered";
import { sameAs } from "./sameAs";
import type { Happened } from "./scenario";
import type { Call, TraceStep } from "./trace";

/** How a call ends when the plugin is ended under it; the two gRPC libraries say it differently. */
const CUT_OFF =
    /^rpc error: code = (Canceled desc = (grpc: the client connection is closing|Cancelled on client)|Unavailable desc = .*)$/;

/** Calls by what they are about, each group in order. */
function grouped(calls: Call[]): Record<string, unknown[]> {
    const groups: Record<string, unknown[]> = {};
    for (const call of [...calls].sort((a, b) => a.at[0] - b.at[0])) {
        const { at, phase, provider, service, method, error, ...rest } = call;
        const key = `${phase} ${provider ?? service ?? "monitor"} ${subject(call)}`;
        groups[key] = [
            ...(groups[key] ?? []),
            {
                method,
                answered: at[1] !== null,
                ...rest,
                ...(error ? { error: error.replace(CUT_OFF, "cut off") } : {}),
            },
        ];
    }
    // Functions are called independently of each other.
    for (const [key, list] of Object.entries(groups)) {
        if (/ (Invoke|Callbacks) /.test(`${key} `)) {
            groups[key] = list.sort((a, b) => (sortedText(a) < sortedText(b) ? -1 : 1));
        }
    }
    return Object.fromEntries(Object.entries(groups).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** JSON with sorted keys, ids covered. */
function sortedText(value: unknown): string {
    const text = JSON.stringify(value, (_key, item: unknown) =>
        typeof item === "object" && item !== null && !Array.isArray(item)
            ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
            : item,
    );
    return text.replace(/<uuid-\d+>/g, "<uuid>");
}

function subject({ method, request, provider, service }: Call): string {
    if (service === "Callbacks") {
        return "Callbacks";
    }
    if (method === "Invoke") {
        return "Invoke";
    }
    if (method === "RegisterResource" || method === "ReadResource") {
        return `${request?.type} ${request?.name}`;
    }
    const isAboutProvider =
        provider !== undefined &&
        (request?.urn === undefined || String(request.type).startsWith("pulumi:providers:"));
    return isAboutProvider ? (method === "Cancel" ? "Cancel" : "itself") : String(request?.urn ?? method);
}

/** Create after what a resource needs, delete before it. */
function compareOrder(actual: Call[], states: Export[]): void {
    const needs = new Map<string, Set<string>>();
    for (const resource of states.flatMap(({ deployment }) => deployment.resources ?? [])) {
        needs.set(resource.urn, new Set([...(needs.get(resource.urn) ?? []), ...requirements(resource)]));
    }
    const changes = actual.filter(
        ({ method, request }) => ["Create", "Update", "Delete"].includes(method) && !request?.preview,
    );
    for (const one of changes) {
        for (const other of changes) {
            if (
                one.phase !== other.phase ||
                !needs.get(String(one.request?.urn))?.has(String(other.request?.urn))
            ) {
                continue;
            }
            const [first, then] =
                one.method === "Delete" && other.method === "Delete" ? [one, other] : [other, one];
            assert.ok(
                first.at[1] !== null && first.at[1] < then.at[0],
                `${first.method} ${first.request?.urn} must end before ${then.method} ${then.request?.urn}`,
            );
        }
    }
}

/** Per resource in order; resources among each other as they come. */
function eventsByResource(events: string[]): Record<string, string[]> {
    const groups: Record<string, string[]> = {};
    for (const event of events) {
        const isMessage = /^(info|info#err|warning|error)[ :]/.test(event);
        const key = isMessage ? "messages" : (event.split(" ")[2] ?? event.split(" ")[0] ?? "");
        groups[key] = [...(groups[key] ?? []), event];
    }
    groups.messages?.sort();
    return Object.fromEntries(Object.entries(groups).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function stateByUrn({ deployment }: Export): object {
    const name = ({ urn, delete: deleted }: ResourceState): string =>
        `${urn}${deleted ? " (to be deleted)" : ""}`;
    const { manifest, resources, pending_operations, ...rest } = deployment;
    return {
        ...rest,
        resources: Object.fromEntries((resources ?? []).map((resource) => [name(resource), resource]).sort()),
        pending: (pending_operations ?? []).map(({ type, resource }) => ({ type, resource })),
    };
}

/** The sections after the rows, which do not depend on timing. */
function reports(lines: string[]): string[][] {
    const sections: string[][] = [];
    let keep = false;
    for (const line of lines) {
        if (/^(Outputs|Resources):$/.test(line)) {
            sections.push([]);
            keep = true;
        } else if (line === "") {
            keep = false;
        }
        if (keep) {
            sections.at(-1)?.push(line);
        }
    }
    return sections;
}

/** Command lines and a few variables are ours: nodeargs, the driver's mark, the test's own home (35). */
const OWN_LINES =
    /^(command line|argv|execArgv|env PULUMI_(HOME|DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS|DRIVER_RUN|LOG_OTLP_ENDPOINT|NODEJS_SYNC|NODEJS_TYPESCRIPT|SKIP_CONFIRMATIONS)\b)/;

function comparable(files: Record<string, string[] | null>): Record<string, string[] | null> {
    return Object.fromEntries(
        Object.entries(files).map(([name, lines]) => [
            name,
            lines?.filter((line) => !OWN_LINES.test(line)) ?? null,
        ]),
    );
}

/** One per scenario: ids are followed from step to step. */
export class Comparison {
    private readonly recordedIds = new Renumbered();
    private readonly actualIds = new Renumbered();
    private recordedState: Export | undefined;
    private readonly states: Export[] = [];

    step(recorded: TraceStep, actual: Happened): void {
        assert.equal(actual.exitCode, recorded.exitCode, `exit code; stderr: ${actual.stderr.join("\n")}`);
        if (recorded.rpcs && recorded.monitor) {
            this.deployment(recorded, actual);
        } else {
            this.same("outputs", actual.stdout, recorded.stdout);
        }
        this.same("error outputs", actual.stderr, recorded.stderr ?? []);
        this.same("files", comparable(actual.files), comparable(recorded.files ?? {}));
        if (recorded.state !== "unchanged") {
            this.recordedState = recorded.state;
        }
        if (this.recordedState) {
            this.same("states", stateByUrn(actual.state), stateByUrn(this.recordedState));
        }
    }

    private deployment(recorded: TraceStep, actual: Happened): void {
        const calls = [...(recorded.rpcs ?? []), ...(recorded.monitor ?? [])];
        // Which features are announced differs: ours has no hooks, for example.
        this.same(
            "calls",
            grouped(actual.calls),
            grouped(calls.filter(({ method }) => method !== "GetDeploymentInfo")),
        );
        this.states.push(actual.state);
        compareOrder(actual.calls, this.states.slice(-2));
        this.same("events", eventsByResource(actual.events), eventsByResource(recorded.engineEvents ?? []));
        if (!recorded.command.includes("--diff")) {
            this.same("reports", reports(actual.stdout), reports(recorded.stdout)); // ours has one way to show a difference
        }
    }

    private same(what: string, actual: unknown, recorded: unknown): void {
        sameAs(what, this.actualIds.value(actual), this.recordedIds.value(recorded));
    }
}
