// Measurements come in; the lines of the table go out, each value beside its target. Measures nothing.
import type { Observation } from "../watch/observation";
import type { SeenAddon } from "./addonsSeen";
import type { MeasuredScript } from "./awsScript";
import type { Calls } from "./countCalls";
import { describeChanges } from "./countChanges";
import { crowdRows } from "./crowdRows";
import type { MeasuredFaults } from "./faultSample";
import { handoverRows, type MeasuredOrders } from "./handoverRows";
import type { MeasuredCrowd } from "./measureCrowd";
import type { MeasuredLoad } from "./measureLoad";
import type { MeasuredMove } from "./measureMove";
import type { MeasuredPreview } from "./measurePreview";
import { awayInWords, pauseRows, refusedAtEnd } from "./pauseRows";
import { type Row, seconds } from "./table";

/** Made to overlap: metrics-server holds nothing, and both cert-managers contend for one leader lock. */
const SIDE_BY_SIDE: ReadonlySet<string> = new Set(["metrics-server", "cert-manager-controller"]);

export interface Measurements {
    readonly move: MeasuredMove;
    readonly one: MeasuredPreview;
    readonly twenty: MeasuredPreview;
    readonly load: MeasuredLoad;
    readonly crowd?: MeasuredCrowd;
    readonly faults?: MeasuredFaults;
    readonly script?: MeasuredScript;
    readonly orders?: MeasuredOrders;
}

export function rowsOf(measurements: Measurements): Row[] {
    const { move, script } = measurements;
    return [
        ...moveRows(move, script),
        ...pauseRows(move, script?.observation),
        ...safetyRows(move, script),
        ...(measurements.orders === undefined ? [] : handoverRows(measurements.orders)),
        ...previewRows(measurements),
        ...undoRows(move),
        ...providerRows(measurements),
        ...callRows(move, script),
        ...(measurements.crowd === undefined ? [] : crowdRows(measurements.crowd)),
    ];
}

function moveRows({ moveMs, creatingMs, upMs, addons }: MeasuredMove, script?: MeasuredScript): Row[] {
    return [
        {
            what: "time of a move, first write to last",
            target: `longest chain of CREATING ${seconds(creatingMs)} + 3 s`,
            measured: seconds(moveMs),
            holds: moveMs <= creatingMs + 3000,
            ...(script ? { script: seconds(script.moveMs) } : {}),
        },
        {
            what: "the command, start to end",
            measured: seconds(upMs),
            ...(script ? { script: `${seconds(script.wallMs)}, exit code ${script.exitCode}` } : {}),
        },
        {
            what: "add-ons afterwards",
            measured: addonsInWords(addons),
            holds: addons.every(({ status }) => status === "ACTIVE"),
            ...(script ? { script: addonsInWords(script.addons) } : {}),
        },
    ];
}

function safetyRows({ observation }: MeasuredMove, script?: MeasuredScript): Row[] {
    const twice = observation.twoActive.filter(({ controller }) => !SIDE_BY_SIDE.has(controller));
    return [
        {
            what: "custom resources, CRDs, namespaces deleted",
            target: "0",
            measured: String(observation.deletions.length),
            holds: observation.deletions.length === 0,
            ...(script ? { script: String(script.observation.deletions.length) } : {}),
        },
        {
            what: "two active controllers",
            target: "0.0 s",
            measured: twiceInWords(observation),
            holds: twice.length === 0,
            ...(script ? { script: twiceInWords(script.observation) } : {}),
        },
    ];
}

function previewRows({ one, twenty, move }: Measurements): Row[] {
    return [
        {
            what: "preview: discovery, first read to last",
            target: "1.0 s",
            measured: `${seconds(one.discoveryMs)}, ${one.reads} reads`,
            holds: one.discoveryMs <= 1000,
        },
        {
            what: "preview of 20 migrations",
            target: `one (${seconds(one.wallMs)}) + 5 s`,
            measured: `${seconds(twenty.wallMs)}, ${twenty.reads} reads`,
            holds: twenty.wallMs <= one.wallMs + 5000,
        },
        {
            what: "second up",
            target: "0 writes, a look at the journal (12 reads)",
            measured: `${move.again.writes} writes, ${move.again.reads} reads`,
            holds: move.again.writes === 0 && move.again.reads <= 12,
        },
    ];
}

function undoRows({ undo }: MeasuredMove): Row[] {
    const { undoMs, waitsMs, deletingMs, destroyMs, observation, changes } = undo;
    return [
        {
            what: "undo, first write to last",
            target: `10 s + waits ${seconds(waitsMs)} (DELETING ${seconds(deletingMs)}, pods)`,
            measured: seconds(undoMs),
            holds: undoMs <= 10_000 + waitsMs,
        },
        { what: "undo: the command, start to end", measured: seconds(destroyMs) },
        { what: "undo: controllers away", measured: awayInWords(observation) },
        {
            what: "undo: requests refused at the end",
            target: "none",
            measured: refusedAtEnd(observation),
            holds: refusedAtEnd(observation) === "none",
        },
        {
            what: "undo: objects that differ from the start",
            target: "none",
            measured: describeChanges(changes),
            holds: describeChanges(changes) === "none",
        },
    ];
}

function providerRows({ move, one, load, faults }: Measurements): Row[] {
    return [
        {
            what: "provider process, memory: preview",
            target: "170 MB",
            measured: `${one.providerMb} MB (Pulumi's SDK alone ${Math.round(load.sdkMb)} MB)`,
            holds: one.providerMb > 0 && one.providerMb <= 170,
        },
        {
            what: "provider process, memory: up and destroy",
            target: "230 MB",
            measured: `${move.providerMb} MB`,
            holds: move.providerMb > 0 && move.providerMb <= 230,
        },
        {
            what: "provider, time to load",
            target: "150 ms",
            measured: `${load.ms.toFixed(0)} ms`,
            holds: load.ms <= 150,
        },
        {
            what: "fault at a write, then go on or back",
            target: "100 % right",
            measured: faults
                ? `${faults.passed} of ${faults.passed + faults.failed}`
                : "not run; FAULTS=n runs n",
            ...(faults ? { holds: faults.failed === 0 && faults.passed > 0 } : {}),
        },
    ];
}

function callRows({ calls, changes }: MeasuredMove, script?: MeasuredScript): Row[] {
    return [
        {
            what: "AWS calls of a move",
            measured: callsInWords(calls.aws),
            ...(script ? { script: callsInWords(script.calls.aws) } : {}),
        },
        {
            what: "Kubernetes calls of a move",
            measured: callsInWords(calls.kubernetes),
            ...(script ? { script: callsInWords(script.calls.kubernetes) } : {}),
        },
        {
            what: "objects new, gone, different after a move",
            measured: describeChanges(changes),
            ...(script ? { script: describeChanges(script.changes) } : {}),
        },
    ];
}

function addonsInWords(addons: readonly SeenAddon[]): string {
    const active = addons.filter(({ status }) => status === "ACTIVE").length;
    const others = addons.filter(({ status }) => status !== "ACTIVE");
    return [`${active} ACTIVE`, ...others.map(({ name, status }) => `${name} ${status}`)].join(", ");
}

function callsInWords({ writes, reads }: Calls): string {
    return `${writes} writes, ${reads} reads`;
}

function twiceInWords({ twoActive }: Observation): string {
    const told = twoActive.map(
        ({ controller, seconds: time }) =>
            `${controller} ${time.toFixed(1)} s${SIDE_BY_SIDE.has(controller) ? " (may)" : ""}`,
    );
    return told.join(", ") || "0.0 s";
}
