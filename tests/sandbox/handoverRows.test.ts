// What the benchmark says of a handover: refusals beside those of a pause and of AWS's script, and nothing of what nobody refused.
import assert from "node:assert/strict";
import { handoverRows } from "../../sandbox/bench/handoverRows";
import type { Observation } from "../../sandbox/watch/observation";

const TIMES = { startUpMs: 60_000, secretDelayMs: 20_000 };

function observed(seconds: number, count: number): Observation {
    const refusal = {
        asked: 300,
        seconds,
        atEnd: false,
        answers: count === 0 ? {} : { "no endpoints": count },
    };
    const quiet = { asked: 200, seconds: 0, atEnd: false, answers: {} };
    return { refused: { "create ingress": refusal, "pod metrics": quiet } } as unknown as Observation;
}

describe("rows of the benchmark about a handover", () => {
    const order = (seconds: number, count: number, violations: string[] = []) => ({
        up: observed(seconds, count),
        undo: observed(0, 0),
        violations,
    });

    it("hold where nobody was refused, and show what a pause and AWS's script refuse", () => {
        const rows = handoverRows({
            times: TIMES,
            seamless: order(0, 0),
            pause: order(61.2, 300),
            script: observed(64.5, 310),
        });
        assert.deepEqual(
            rows.map(({ what, measured, holds, script }) => [what.trim(), measured, holds, script]),
            [
                [
                    "refused in a move that hands over; pods need 60 s, Secrets 20 s",
                    "0 of 500; with a pause 300 of 500",
                    true,
                    "310 of 500",
                ],
                ["create ingress", "0.0 s; with a pause 61.2 s", true, "64.5 s"],
                [
                    "refused in an undo that hands over; pods need 60 s, Secrets 20 s",
                    "0 of 500; with a pause 0 of 500",
                    true,
                    undefined,
                ],
                [
                    "two that led at once, or one that acted and did not lead",
                    "0; with a pause 0",
                    true,
                    undefined,
                ],
            ],
        );
    });

    it("are missed by one request, and by one that led beside another", () => {
        const rows = handoverRows({ times: TIMES, seamless: order(0.2, 1, ["two"]), pause: order(0, 0) });
        assert.deepEqual(
            rows.map(({ holds }) => holds),
            [false, false, true, false],
        );
    });
});
