// A world that does not answer as it should, in the middle of a move: EKS throttles, the add-on fails, the control plane is away; and then the journal is deleted.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { captureState } from "../../sandbox/compare";
import { requestJson } from "../../sandbox/kubernetes/requestJson";
import type { Sandbox } from "../../sandbox/sandbox";
import { type Golden, goldenMove } from "../faults/golden";
import "./hooks";
import { assertToldOnce, fails, JOURNAL_PATH, QUICK, succeeds, textOf } from "./runs";
import { scriptFailure } from "./scriptFailure";
import { differencesBetweenMoves, differencesFromStart, fresh, inWords } from "./stage";

const OUTAGE_MS = 5_000;

describe("trouble in the middle of a move", function () {
    this.timeout(600_000);
    let golden: Golden;

    before(async () => {
        golden = await goldenMove(QUICK);
    });

    it("EKS throttles and the add-on ends in CREATE_FAILED: the issue codes are told; then the API server is away for 5 s: the move ends golden; without its journal in the cluster it is undone from Pulumi's state", async () => {
        const scene = await fresh({ args: QUICK });
        const { sandbox, pulumi } = scene;
        await scriptFailure(sandbox, "CREATE_FAILED");
        const asked = throttleEks(sandbox);
        const run = await pulumi.up("--skip-preview");
        const failed = fails(run);
        const { reads, writes } = asked();
        assert.ok(reads > 4 && writes > 1, `only ${reads} reads and ${writes} writes of EKS were tried`);
        assertToldOnce(run);
        assert.match(failed, /InsufficientNumberOfReplicas/);
        assert.equal(failed.match(/is CREATE_FAILED \[HP220\]/g)?.length, 1, `told once:\n${failed}`);
        const preview = textOf(succeeds(await pulumi.preview("--diff")));
        assert.match(
            preview,
            /what this update will do:\n +summary +continues at scaleDown, 5 of 11 steps done/,
        );
        assert.match(preview, /\n +1 lock +done\n/);

        await sandbox.aws.clearScripts();
        const outage = outageAtRelease(sandbox);
        const resumed = await pulumi.up("--skip-preview");
        const lasted = outage();
        assert.ok(lasted !== undefined, "the API server was never stopped");
        assert.ok((await lasted) >= OUTAGE_MS);
        // On a slow machine the control plane needs longer to come back than a request is tried: then the next `up` goes on.
        if (resumed.exitCode !== 0) succeeds(await pulumi.up("--skip-preview"));
        assert.equal(inWords(differencesBetweenMoves(golden.state, await captureState(sandbox))), "");

        await requestJson(sandbox, "DELETE", JOURNAL_PATH);
        succeeds(await pulumi.destroy("--skip-preview"));
        assert.equal(await differencesFromStart(scene), "");
    });
});

/** Two of three calls of EKS, the first twenty of each effect; answers how many were tried. */
function throttleEks(sandbox: Sandbox): () => { reads: number; writes: number } {
    let [reads, writes] = [0, 0];
    const throttle = (effect: "read" | "write", count: () => number) =>
        sandbox.faults.arm({
            action: "throttle",
            effect,
            match: ({ side, what }) => side === "aws" && /^eks:/.test(what) && count() % 3 !== 0,
            times: 20,
        });
    throttle("read", () => ++reads);
    throttle("write", () => ++writes);
    return () => ({ reads, writes });
}

/** At the first write to the release's records; answers how long it was, and undefined while there was none. */
function outageAtRelease(sandbox: Sandbox): () => Promise<number> | undefined {
    let outage: Promise<number> | undefined;
    sandbox.faults.arm({
        action: "dropAfter",
        match: ({ what }) => /^patch secrets\/kube-system\/sh\.helm\.release/.test(what),
        onHit: () => {
            outage = (async () => {
                const stopped = Date.now();
                await sandbox.stopApiServer();
                await pause(OUTAGE_MS - (Date.now() - stopped));
                await sandbox.startApiServer();
                return Date.now() - stopped;
            })();
        },
    });
    return () => outage;
}
