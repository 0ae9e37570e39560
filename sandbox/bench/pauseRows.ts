// An observed move comes in; the lines about controllers that were away and requests that were refused go out. Measures nothing.
import type { Observation } from "../watch/observation";
import { controllerBehind, unavoidableSeconds } from "../watch/unavoidable";
import type { SeenAddon } from "./addonsSeen";
import type { Row } from "./table";

const CONTROLLERS: Readonly<Record<string, string>> = {
    operator: "hyperpod-inference-operator",
    ALB: "aws-load-balancer-controller",
    KEDA: "keda-operator",
};
/** Sent on to the new pods by EKS before they are there, although the old ones still run: refused while EKS creates. */
const MOVED_BY_EKS: Readonly<Record<string, string>> = { metrics: "metrics-server" };
/** What a mover may take between stopping the old controller and asking for the new one. */
const OWN_SECONDS = 1;

export interface ObservedMove {
    readonly observation: Observation;
    /** When the add-on was asked for. */
    readonly askedAt: number;
    readonly addons: readonly SeenAddon[];
}

export function pauseRows(move: ObservedMove, script: Observation | undefined): Row[] {
    return [...controllerRows(move, script), ...requestRows(move, script)];
}

function controllerRows({ observation, askedAt }: ObservedMove, script: Observation | undefined): Row[] {
    return Object.entries(CONTROLLERS).map(([name, image]) => {
        const unavoidable = unavoidableSeconds(observation, image, askedAt);
        const seconds = observation.away[image]?.seconds ?? 0;
        return {
            what: `${name} away`,
            target: `apply and start of new pod ${unavoidable.toFixed(1)} s + ${OWN_SECONDS} s`,
            measured: awayIn(observation, image),
            holds: seconds <= unavoidable + OWN_SECONDS && observation.away[image]?.atEnd !== true,
            ...(script ? { script: awayIn(script, image) } : {}),
        };
    });
}

/** Requests that nobody may refuse have a line when somebody did. */
function requestRows(move: ObservedMove, script: Observation | undefined): Row[] {
    const { observation } = move;
    const requests = new Set([...Object.keys(observation.refused), ...Object.keys(script?.refused ?? {})]);
    return [...requests]
        .filter(
            (request) =>
                controllerBehind(request) !== undefined ||
                [observation, script].some((one) => (one?.refused[request]?.seconds ?? 0) > 0),
        )
        .map((request) => requestRow(request, move, script));
}

function requestRow(request: string, move: ObservedMove, script: Observation | undefined): Row {
    const { limit, target } = limitOf(request, move);
    const refusal = move.observation.refused[request];
    return {
        what: `refused: ${request}`,
        target,
        measured: refusedIn(move.observation, request),
        holds: refusal !== undefined && refusal.seconds <= limit && !refusal.atEnd,
        ...(script ? { script: refusedIn(script, request) } : {}),
    };
}

function limitOf(
    request: string,
    { observation, askedAt, addons }: ObservedMove,
): { limit: number; target: string } {
    const controller = controllerBehind(request);
    if (controller !== undefined) {
        const unavoidable = unavoidableSeconds(observation, controller, askedAt);
        const target = `its controller ${unavoidable.toFixed(1)} s + ${OWN_SECONDS} s, not at the end`;
        return { limit: unavoidable + OWN_SECONDS, target };
    }
    const addon = addons.find(({ name }) => name === MOVED_BY_EKS[request]);
    if (addon === undefined) return { limit: 0, target: "never" };
    const limit = addon.creatingMs / 1000;
    return { limit, target: `CREATING of ${addon.name} ${limit.toFixed(1)} s` };
}

/** Controllers away, for a line without a target. */
export function awayInWords(observation: Observation): string {
    return Object.entries(CONTROLLERS)
        .map(([name, image]) => `${name} ${awayIn(observation, image)}`)
        .join(", ");
}

/** Kinds of requests that are refused at the end; "none" when there are none. */
export function refusedAtEnd({ refused }: Observation): string {
    const still = Object.entries(refused).filter(([, { atEnd }]) => atEnd);
    return still.map(([request]) => request).join(", ") || "none";
}

function awayIn({ away }: Observation, image: string): string {
    const one = away[image];
    return one === undefined ? "never there" : told(one.seconds, one.atEnd);
}

function refusedIn({ refused }: Observation, request: string): string {
    const refusal = refused[request];
    return refusal === undefined ? "not asked" : told(refusal.seconds, refusal.atEnd);
}

function told(seconds: number, atEnd: boolean): string {
    return `${seconds.toFixed(1)} s${atEnd ? ", still at the end" : ""}`;
}
