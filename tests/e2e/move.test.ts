// The main job on the sandbox: a move, what it leaves, and the way back.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { captureState, compareIdentities } from "../../sandbox/compare";
import { helm } from "../../sandbox/content";
import { requestJson } from "../../sandbox/kubernetes/requestJson";
import type { Pulumi } from "../../sandbox/pulumi/driver";
import type { Sandbox } from "../../sandbox/sandbox";
import { observeMove } from "../../sandbox/watch/observeMove";
import "./hooks";
import { assertNothingDoneMeanwhile, assertNothingLost, assertShortPauses } from "./pauses";
import { fails, JOURNAL_PATH, RELEASE, succeeds } from "./runs";
import { differencesFromStart, fresh, inWords, newFolder } from "./stage";

describe("a move and its undo", function () {
    this.timeout(240_000);

    it("moves everything without losing a model, says unchanged the second time, and undoes it to the last field", async () => {
        const scene = await fresh();
        const { sandbox, start, pulumi } = scene;
        const preview = await pulumi.preview();
        succeeds(preview);
        assert.match(
            preview.stdout,
            /Diagnostics:\n.*\(move\):\n +the plan, before anything changes:\n +1 lock .*\n +2 backUp (.*\n)* +6 scaleDown /,
            "the preview shows the numbered plan",
        );
        assert.equal(sandbox.faults.writes().length, 0, "a preview writes nothing");

        const watching = await observeMove(sandbox);
        succeeds(await pulumi.up("--skip-preview"));
        const observation = await watching.stop();
        const writes = sandbox.faults.writes();
        assertNothingLost(observation);
        assertShortPauses(observation, writes);
        assertNothingDoneMeanwhile(writes);
        const moved = await captureState(sandbox);
        assert.equal(
            inWords(compareIdentities(start, moved)),
            "",
            "custom resources and model pods keep their UIDs",
        );
        assert.ok(!(await helm(sandbox, ["list", "-A", "--all", "-q"])).includes(RELEASE));

        sandbox.faults.reset();
        await sandbox.clearAudit();
        const again = await pulumi.up();
        succeeds(again);
        assert.match(again.stdout, /unchanged/);
        assert.doesNotMatch(again.stdout, /the plan/, "a plan is told once");
        assert.deepEqual(sandbox.faults.writes(), [], "the second up writes nothing");
        assert.ok(sandbox.faults.reads() <= 3, `the second up made ${sandbox.faults.reads()} reads`);

        const watchingUndo = await observeMove(sandbox);
        succeeds(await pulumi.destroy("--skip-preview"));
        assertNothingLost(await watchingUndo.stop());
        assert.equal(await differencesFromStart(scene), "");
        const history = JSON.parse(
            await helm(sandbox, ["history", RELEASE, "-n", "kube-system", "-o", "json"]),
        );
        assert.equal(history.length, 3);
    });

    it("undoes from Pulumi state when the cluster's journal was deleted", async () => {
        const scene = await moved();
        await requestJson(scene.sandbox, "DELETE", JOURNAL_PATH);
        succeeds(await scene.pulumi.destroy("--skip-preview"));
        const left = await differencesFromStart(scene);
        assert.equal(left, "");
    });

    it("undoes from the cluster when the copy in Pulumi state is damaged, and changes nothing when both are", async () => {
        const scene = await moved();
        const { sandbox, pulumi } = scene;
        const { data } = (await requestJson(sandbox, "GET", JOURNAL_PATH)) as {
            data: Record<string, string>;
        };
        await damageState(pulumi);
        await requestJson(sandbox, "PATCH", JOURNAL_PATH, {
            data: { hash: Buffer.from("0".repeat(64)).toString("base64") },
        });
        sandbox.faults.reset();
        const refused = fails(await pulumi.destroy("--skip-preview"));
        assert.match(refused, /HP201/);
        assert.match(refused, /nothing was changed/);
        assert.deepEqual(sandbox.faults.writes(), []);

        await requestJson(sandbox, "PATCH", JOURNAL_PATH, { data });
        succeeds(await pulumi.destroy("--skip-preview"));
        assert.equal(await differencesFromStart(scene), "");
    });

    it("tells the issue codes of an add-on that ends in CREATE_FAILED, and goes on once the cause is gone", async () => {
        const scene = await fresh();
        const { sandbox, pulumi } = scene;
        await failAddon(sandbox, "CREATE_FAILED");
        const failed = fails(await pulumi.up("--skip-preview"));
        assert.match(failed, /InsufficientNumberOfReplicas/);
        assert.match(failed, /HP220/);
        await sandbox.aws.clearScripts();
        succeeds(await pulumi.up("--skip-preview"));
        succeeds(await pulumi.destroy("--skip-preview"));
        assert.equal(await differencesFromStart(scene), "");
    });

    it("goes back from an add-on that ended DEGRADED", async () => {
        // It might heal, so it is waited for as long as the program says.
        const scene = await fresh({ args: { clusterName: "demo", installTimeoutMinutes: 1 } });
        await failAddon(scene.sandbox, "DEGRADED");
        assert.match(fails(await scene.pulumi.up("--skip-preview")), /DEGRADED/);
        await scene.sandbox.aws.clearScripts();
        succeeds(await scene.pulumi.destroy("--skip-preview"));
        assert.equal(await differencesFromStart(scene), "");
    });
});

async function moved() {
    const scene = await fresh();
    succeeds(await scene.pulumi.up("--skip-preview"));
    return scene;
}

function failAddon(sandbox: Sandbox, createOutcome: "CREATE_FAILED" | "DEGRADED"): Promise<void> {
    return sandbox.aws.scriptAddon("amazon-sagemaker-hyperpod-inference", {
        createOutcome,
        issues: [
            {
                code: "InsufficientNumberOfReplicas",
                message: "The add-on is unhealthy because it doesn't have the desired number of replicas.",
                resourceIds: [],
            },
        ],
    });
}

/** As if the state had been edited by hand: the copy of the journal no longer matches its hash. */
async function damageState(pulumi: Pulumi): Promise<void> {
    const exported = JSON.parse((await pulumi.start("stack", "export").finished).stdout) as {
        deployment: { resources: { outputs?: Record<string, unknown> }[] };
    };
    const holders = exported.deployment.resources.filter(({ outputs }) => outputs?.journal !== undefined);
    assert.equal(holders.length, 1);
    for (const { outputs } of holders)
        Object.assign(outputs ?? {}, { journal: { document: "AAAA", hash: "0".repeat(64) } });
    const file = join(newFolder(), "state.json");
    writeFileSync(file, JSON.stringify(exported));
    succeeds(await pulumi.start("stack", "import", "--file", file).finished);
}
