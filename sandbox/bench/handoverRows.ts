// Moves with a handover and with a pause come in, under the same slow pods; a line for each kind of request goes out. Measures nothing.

import type { NodeTimes } from "../content/slowNodes";
import type { Observation, Refusal } from "../watch/observation";
import type { MeasuredOrder } from "./measureHandover";
import type { Row } from "./table";

export interface MeasuredOrders {
    readonly times: NodeTimes;
    readonly seamless: MeasuredOrder;
    /** Today's order. */
    readonly pause: MeasuredOrder;
    /** AWS's script; it has no undo. */
    readonly script?: Observation;
}

export function handoverRows({ times, seamless, pause, script }: MeasuredOrders): Row[] {
    const startUp = `pods need ${times.startUpMs / 1000} s, Secrets ${times.secretDelayMs / 1000} s`;
    const both = [
        { of: "a move", handing: seamless.up, pausing: pause.up, script },
        { of: "an undo", handing: seamless.undo, pausing: pause.undo, script: undefined },
    ];
    return [
        ...both.flatMap(({ of, handing, pausing, script: aws }) => [
            {
                what: `refused in ${of} that hands over; ${startUp}`,
                target: "0",
                measured: `${inAll(handing)}; with a pause ${inAll(pausing)}`,
                holds: refusedIn(handing) === 0,
                ...(aws === undefined ? {} : { script: inAll(aws) }),
            },
            ...kindsOf(handing, pausing, aws).map((kind) => ({
                what: `    ${kind}`,
                target: "0.0 s",
                measured: `${secondsOf(handing, kind)}; with a pause ${secondsOf(pausing, kind)}`,
                holds: handing.refused[kind]?.seconds === 0,
                ...(aws === undefined ? {} : { script: secondsOf(aws, kind) }),
            })),
        ]),
        {
            what: "two that led at once, or one that acted and did not lead",
            target: "0",
            measured: `${seamless.violations.length}; with a pause ${pause.violations.length}`,
            holds: seamless.violations.length + pause.violations.length === 0,
        },
    ];
}

/** Those that somebody refused. */
function kindsOf(...all: readonly (Observation | undefined)[]): string[] {
    const refused = all.flatMap((one) =>
        Object.entries(one?.refused ?? {}).flatMap(([kind, { seconds }]) => (seconds > 0 ? [kind] : [])),
    );
    return [...new Set(refused)].sort();
}

function inAll(observation: Observation): string {
    const asked = Object.values(observation.refused).reduce((sum, one) => sum + one.asked, 0);
    return `${refusedIn(observation)} of ${asked}`;
}

function refusedIn({ refused }: Observation): number {
    const answers = (one: Refusal) => Object.values(one.answers).reduce((sum, count) => sum + count, 0);
    return Object.values(refused).reduce((sum, one) => sum + answers(one), 0);
}

function secondsOf({ refused }: Observation, kind: string): string {
    const one = refused[kind];
    if (one === undefined) return "not asked";
    return `${one.seconds.toFixed(1)} s${one.atEnd ? ", still at the end" : ""}`;
}
