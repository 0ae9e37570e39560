// Measurements come in; the lines of the table go out, each value beside its target. Measures nothing.
import type { Observation } from "../watch/observation";
import type { MeasuredScript } from "./awsScript";
import type { MeasuredFaults } from "./faultSample";
import type { MeasuredMove } from "./measureMove";
import type { MeasuredPreview } from "./measurePreview";
import { type Row, seconds } from "./row";

const CONTROLLERS: Readonly<Record<string, string>> = {
    operator: "hyperpod-inference-operator",
    ALB: "aws-load-balancer-controller",
    KEDA: "keda-operator",
};
/** Kinds of requests that the hand-over may refuse; everything else must be answered all the time. */
const MAY_BE_REFUSED = /v1alpha1|ingress|external metrics/;

export interface Measurements {
    readonly move: MeasuredMove;
    readonly one: MeasuredPreview;
    readonly twenty: MeasuredPreview;
    readonly loadMs: number;
    readonly faults?: MeasuredFaults;
    readonly script?: MeasuredScript;
}

export function rowsOf({ move, one, twenty, loadMs, faults, script }: Measurements): Row[] {
    const { creatingMs, moveMs, observation } = move;
    const unavoidable = creatingMs / 1000 + 1;
    const told = (text: (script: MeasuredScript) => string) => (script ? { script: text(script) } : {});
    return [
        {
            what: "time of a move, first write to last",
            target: `CREATING ${seconds(creatingMs)} + 3 s`,
            measured: seconds(moveMs),
            holds: moveMs <= creatingMs + 3000,
            ...told(({ wallMs, exitCode }) => `${seconds(wallMs)} (exit ${exitCode})`),
        },
        { what: "pulumi up, start to end", target: "", measured: seconds(move.upMs) },
        ...Object.entries(CONTROLLERS).map(([name, image]) => ({
            what: `${name} away`,
            target: `apply + new pods + 1 s, at most ${unavoidable.toFixed(1)} s`,
            measured: awayIn(observation, image),
            holds: secondsAway(observation, image) <= unavoidable && !isAwayAtEnd(observation, image),
            ...told((other) => awayIn(other.observation, image)),
        })),
        ...Object.keys(observation.refused)
            .filter((request) => isNoteworthy(request, observation, script))
            .map((request) => refusedRow(request, observation, unavoidable, script)),
        {
            what: "discovery, first read to last",
            target: "1.0 s",
            measured: `${seconds(one.discoveryMs)}, ${one.reads} reads`,
            holds: one.discoveryMs <= 1000,
        },
        {
            what: "preview of 20 migrations",
            target: `one (${seconds(one.wallMs)}) + 5 s`,
            measured: seconds(twenty.wallMs),
            holds: twenty.wallMs <= one.wallMs + 5000,
        },
        {
            what: "second up",
            target: "0 writes, at most 3 reads",
            measured: `${move.again.writes} writes, ${move.again.reads} reads`,
            holds: move.again.writes === 0 && move.again.reads <= 3,
        },
        {
            what: "way back, first write to last",
            target: "10 s + unavoidable waits",
            measured: `${seconds(move.undoMs)} (destroy ${seconds(move.destroyMs)})`,
            holds: move.undoMs <= 10_000 + longestAway(move.undoObservation),
        },
        {
            what: "provider process, memory",
            target: "150 MB",
            measured: `${move.providerMb} MB`,
            holds: move.providerMb <= 150,
        },
        {
            what: "provider, time to load",
            target: "150 ms",
            measured: `${loadMs.toFixed(0)} ms`,
            holds: loadMs <= 150,
        },
        {
            what: "writes and reads of the move",
            target: "",
            measured: `${move.writes} and ${move.reads}`,
            ...told(({ writes, reads }) => `${writes} and ${reads}`),
        },
        {
            what: "models deleted, controllers there twice",
            target: "0, 0",
            measured: lost(observation),
            holds: observation.deletions.length === 0,
            ...told((other) => lost(other.observation)),
        },
        {
            what: "fault at a write, then go on or back",
            target: "100 % right",
            measured: faults ? percentage(faults) : "not run; FAULTS=n runs n",
            ...(faults ? { holds: faults.failed === 0 } : {}),
        },
        ...(script
            ? [
                  {
                      what: "objects that differ from the start",
                      target: "",
                      measured: "",
                      script: String(script.differences),
                  },
              ]
            : []),
    ];
}

function refusedRow(
    request: string,
    observation: Observation,
    unavoidable: number,
    script?: MeasuredScript,
): Row {
    const refusal = observation.refused[request];
    const limit = MAY_BE_REFUSED.test(request) ? unavoidable : 0;
    return {
        what: `refused: ${request}`,
        target: `${limit.toFixed(1)} s, 0 at the end`,
        measured: refusedIn(observation, request),
        holds: (refusal?.seconds ?? 0) <= limit && refusal?.atEnd !== true,
        ...(script ? { script: refusedIn(script.observation, request) } : {}),
    };
}

function isNoteworthy(request: string, observation: Observation, script?: MeasuredScript): boolean {
    return (
        MAY_BE_REFUSED.test(request) ||
        [observation, script?.observation].some((one) => (one?.refused[request]?.seconds ?? 0) > 0)
    );
}

function refusedIn({ refused }: Observation, request: string): string {
    const refusal = refused[request];
    return refusal === undefined
        ? "not asked"
        : `${refusal.seconds.toFixed(1)} s${refusal.atEnd ? ", still at the end" : ""}`;
}

function secondsAway({ away }: Observation, controller: string): number {
    return away[controller]?.seconds ?? 0;
}

function isAwayAtEnd({ away }: Observation, controller: string): boolean {
    return away[controller]?.atEnd === true;
}

function awayIn(observation: Observation, controller: string): string {
    return `${secondsAway(observation, controller).toFixed(1)} s${isAwayAtEnd(observation, controller) ? ", still at the end" : ""}`;
}

function longestAway({ away }: Observation): number {
    return Math.max(0, ...Object.values(away).map((one) => one.seconds)) * 1000;
}

function lost({ deletions, twoActive }: Observation): string {
    const twice = twoActive.map(({ controller, seconds: time }) => `${controller} ${time.toFixed(1)} s`);
    return `${deletions.length}, ${twice.length}${twice.length > 0 ? ` (${twice.join(", ")})` : ""}`;
}

function percentage({ passed, failed }: MeasuredFaults): string {
    return `${((100 * passed) / (passed + failed)).toFixed(1)} % of ${passed + failed}`;
}
