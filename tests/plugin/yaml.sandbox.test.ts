// Programs in YAML on the real engine with the plugin: the move and its undo, and the component from a bare cluster and back.
import assert from "node:assert/strict";
import { compareStates, describeDifferences, type State } from "../../sandbox/compare";
import { createBareCluster, demoContent } from "../../sandbox/content";
import type { Pulumi, PulumiRun } from "../../sandbox/pulumi/driver";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox";
import { type Examples, examplesOn, isExpectedRest, settledState } from "../component/offlineAccount";
import { type PluginOnPath, pluginOnPath } from "./pluginOnPath";

describe("a program in YAML", function () {
    this.timeout(300_000);
    let sandbox: Sandbox;
    let examples: Examples;
    let plugin: PluginOnPath;

    before(async () => {
        plugin = pluginOnPath();
        sandbox = await startSandbox();
        examples = examplesOn(sandbox, [plugin.folder]);
        await sandbox.saveBaseline("empty");
    });
    after(async () => {
        await examples?.stop();
        plugin?.remove();
    });

    const isAsBefore = async (start: State) => {
        const left = compareStates(start, await settledState(sandbox), { ignore: isExpectedRest });
        assert.equal(left.length, 0, describeDifferences(left));
    };

    it("moves from Helm and back", async () => {
        await demoContent(sandbox);
        const start = await settledState(sandbox);
        const pulumi = examples.example("yaml/move-from-helm");
        sandbox.faults.reset();
        const preview = succeeds(await pulumi.preview());
        assert.match(preview.stdout, /the plan, before anything changes:/);
        assert.match(preview.stdout, /scaleDown/);
        assert.deepEqual(sandbox.faults.writes(), [], "a preview writes nothing");
        const up = succeeds(await pulumi.up("--skip-preview"));
        console.log(up.stdout);
        assert.equal((await pulumi.outputs()).phase, "Moved");
        saysNothing(await pulumi.preview());
        succeeds(await pulumi.refresh());
        saysNothing(await pulumi.preview());
        await holdsNoOpenJournal(pulumi);
        console.log(succeeds(await pulumi.destroy("--skip-preview")).stdout);
        await isAsBefore(start);
    });

    it("makes everything on a bare cluster, and goes without a trace", async () => {
        await sandbox.restoreBaseline("empty");
        await createBareCluster(sandbox, { oidcProvider: false });
        const start = await settledState(sandbox);
        const pulumi = examples.example("yaml/quick-start");
        console.log(succeeds(await pulumi.up()).stdout);
        const outputs = await pulumi.outputs();
        assert.equal(outputs.status, "ACTIVE");
        assert.deepEqual(outputs.healthIssues, []);
        saysNothing(await pulumi.preview());
        succeeds(await pulumi.destroy("--skip-preview"));
        await isAsBefore(start);
    });
});

/** The journal holds objects of the cluster, Secrets among them. */
async function holdsNoOpenJournal(pulumi: Pulumi): Promise<void> {
    const { resources = [] } = await pulumi.exportState();
    const move = resources.find(({ type }) => type === "hyperpod-inference:index:Move");
    assert.ok(move, resources.map(({ type }) => type).join());
    for (const name of ["journal", "journalKey", "inputs", "addonConfiguration"])
        assert.ok(
            (move.outputs?.[name] as { plaintext?: string } | undefined)?.plaintext,
            `${name} is secret`,
        );
}

function succeeds(run: PulumiRun): PulumiRun {
    assert.equal(run.exitCode, 0, run.stdout.slice(-4000) + run.stderr);
    return run;
}

function saysNothing(run: PulumiRun): void {
    succeeds(run);
    assert.doesNotMatch(run.stdout, /to (create|update|replace|delete)/, run.stdout);
}
