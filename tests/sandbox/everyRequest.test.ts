// Every kind of request that a move must not refuse, on a cluster where all of it works: answered five times a second, counted, and refused when its pods end.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Sandbox } from "../../sandbox/sandbox";
import { describeObservation, observeEveryRequest } from "../../sandbox/watch/observeMove";
import "../run/sandboxHooks";
import { DEMO } from "../../sandbox/startFrom";
import { sandboxWith } from "../run/sharedSandbox";

const KINDS = [
    "create ingress",
    "update ingress",
    "external metrics",
    "value of an external metric",
    "metrics",
    "pod metrics",
    "write certificate",
    "write scaled object",
    "read inferenceendpointconfigs v1alpha1",
    "write inferenceendpointconfigs v1alpha1",
    "write inferenceendpointconfigs v1",
];

describe("every request to a working installation", function () {
    this.timeout(240_000);
    let sandbox: Sandbox;

    before(async () => {
        sandbox = await sandboxWith(DEMO);
    });
    afterEach(() => sandbox.nodes.clearScripts());

    it("is answered, several times a second and kind", async () => {
        const watching = await observeEveryRequest(sandbox);
        await pause(4_000);
        const observation = await watching.stop();
        const told = describeObservation(observation);
        for (const kind of KINDS) {
            const { asked = 0, answers = { "never asked": 1 } } = observation.refused[kind] ?? {};
            assert.deepEqual(answers, {}, `${kind}\n${told}`);
            // Twenty times on a machine that does nothing else.
            assert.ok(asked >= 4, `${kind} was asked ${asked} times in 4 s`);
        }
    });

    it("is refused while the pods behind it are away", async () => {
        const watching = await observeEveryRequest(sandbox);
        sandbox.nodes.script({ image: "aws-load-balancer-controller" }, { never: true });
        await pause(3_000);
        const { refused } = await watching.stop();
        for (const kind of ["create ingress", "update ingress"])
            assert.equal(refused[kind]?.atEnd, true, kind);
        for (const kind of ["write scaled object", "write certificate"])
            assert.equal(refused[kind]?.seconds, 0, kind);
    });
});
