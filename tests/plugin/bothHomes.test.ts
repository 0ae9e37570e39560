// A state that the dynamic resource of version 0.1.0 wrote, on the real engine: the plugin takes it up by an alias and gives it back, without a call to cluster or account, and nothing is deleted or created but the component around it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Pulumi, PulumiRun } from "../../sandbox/pulumi/driver";
import type { Sandbox } from "../../sandbox/sandbox";
import { Programs } from "./programs";

/** Exported with its secrets, which open nothing: the cluster was one in memory. Positions in program texts are taken out. */
const STATE = path.join(__dirname, "states/0.1.0-dynamic.json");
const OURS = /:(Move|HelmToAddonMigration|WayBack)$/;
/** Where every call ends. */
const NOWHERE = {
    AWS_REGION: "us-west-2",
    AWS_ACCESS_KEY_ID: "AKIANOWHERE000000000",
    AWS_SECRET_ACCESS_KEY: "no-secret",
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    KUBECONFIG: "/dev/null",
    PATH: process.env.PATH ?? "",
};

describe("a state of the dynamic resource of version 0.1.0", function () {
    this.timeout(300_000);
    let programs: Programs;
    let yaml: Pulumi;
    let typescript: Pulumi;
    before(async () => {
        programs = await Programs.of({ env: NOWHERE, clusterName: "demo" } as unknown as Sandbox);
        programs.newStack();
        typescript = await programs.program("typescript", "move-from-helm");
        yaml = await programs.program("yaml", "move-from-helm");
        succeeds(await typescript.start("stack", "import", "--file", STATE).finished);
    });
    after(() => programs?.remove());

    /** By what people know a resource, wherever it lives. */
    const stored = async () => {
        const { resources = [] } = await yaml.exportState();
        return resources
            .filter(({ type, custom }) => custom && OURS.test(type))
            .map(({ type, id, outputs }) => ({
                type,
                id,
                phase: outputs?.phase,
                claim: outputs?.claim,
                key: outputs?.journalKey,
            }));
    };
    const types = async () => (await stored()).map(({ type }) => type);
    const withoutType = async () => (await stored()).map(({ type: _, ...rest }) => rest);

    it("is what that resource wrote, or this test would prove nothing", () => {
        const text = readFileSync(STATE, "utf8");
        assert.match(text, /exports\.handler = \(\) => require/);
        assert.doesNotMatch(text, /hyperpod-inference:index:/);
        assert.doesNotMatch(text, /node_modules|\/home\/|\/tmp\//);
    });

    it("goes on with the plugin, and comes back", async () => {
        const before = await withoutType();
        assert.equal(before.length, 2);
        changesTheComponentAlone(await yaml.up("--skip-preview"), "+");
        assert.deepEqual(await types(), [
            "hyperpod-inference:index:WayBack",
            "hyperpod-inference:index:Move",
        ]);
        assert.deepEqual(await withoutType(), before);
        changesTheComponentAlone(await typescript.up("--skip-preview"), "-");
        assert.deepEqual(await types(), [
            "pulumi-nodejs:dynamic/hyperpod:WayBack",
            "pulumi-nodejs:dynamic/hyperpod:HelmToAddonMigration",
        ]);
        assert.deepEqual(await withoutType(), before);
    });
});

function succeeds(run: PulumiRun): PulumiRun {
    assert.equal(run.exitCode, 0, run.stdout.slice(-4000) + run.stderr);
    return run;
}

function changesTheComponentAlone(run: PulumiRun, sign: "+" | "-"): void {
    succeeds(run);
    const changed = run.stdout.split("\n").filter((line) => /^ *[+~-]+ +\S+:\S+ /.test(line));
    const strange = changed.filter((line) => !/hyperpod-inference:index:HelmToAddonMigration /.test(line));
    assert.deepEqual(strange, [], run.stdout);
    assert.ok(
        changed.some((line) => line.trim().startsWith(sign)),
        run.stdout,
    );
}
