// What people do with stacks beside up and destroy, with the plugin on the real engine over a cluster in memory: a state that was lost, two stacks on one cluster, another name, a replacement of the move alone.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Pulumi, type PulumiRun } from "../../sandbox/pulumi/driver";
import { AttachedPlugin } from "./attachedPlugin";

const TYPE = "hyperpod-inference:index:HelmToAddonMigration";

/** As a program in YAML, which JSON is too. */
const programOf = (name: string, options: object = {}) =>
    JSON.stringify({
        name: "stacks",
        runtime: "yaml",
        resources: {
            [name]: { type: TYPE, properties: { clusterName: "demo" }, options },
        },
        outputs: { phase: `\${${name}.phase}` },
    });

describe("stacks of a move", function () {
    this.timeout(300_000);
    const folder = mkdtempSync(path.join(tmpdir(), "stacks-"));
    let plugin: AttachedPlugin;
    let stacks = 0;

    before(async () => {
        plugin = await AttachedPlugin.start();
    });
    after(() => {
        plugin?.end();
        rmSync(folder, { recursive: true, force: true });
    });

    /** A stack that knows nothing. */
    const newStack = async () => {
        stacks += 1;
        const projectDirectory = path.join(folder, `project-${stacks}`);
        mkdirSync(projectDirectory);
        const write = (program: string) => writeFileSync(path.join(projectDirectory, "Pulumi.yaml"), program);
        write(programOf("move"));
        const backendDirectory = path.join(folder, `state-${stacks}`);
        const pulumi = new Pulumi({ projectDirectory, backendDirectory, env: plugin.env });
        await pulumi.ensureStack();
        return { pulumi, write };
    };
    const resourcesOf = async (pulumi: Pulumi) => (await pulumi.exportState()).resources ?? [];
    const moveOf = async (pulumi: Pulumi) =>
        (await resourcesOf(pulumi)).find(({ type }) => type.endsWith(":Move")) ?? assert.fail("no move");
    const goesBack = async (pulumi: Pulumi) => {
        succeeds(await pulumi.destroy("--skip-preview"));
        assert.equal(await plugin.differences(), "");
    };

    it("whose state is lost: `pulumi import` takes the move up by the hash it names, the program goes on with it, and nobody else", async () => {
        const { pulumi: lost } = await newStack();
        succeeds(await lost.up("--skip-preview"));
        const { id } = await moveOf(lost);
        const { pulumi } = await newStack();
        const imported = (name: string) =>
            pulumi.start("import", "--yes", "--skip-preview", "--protect=false", MOVE, "move", name).finished;
        const refused = fails(await imported(id ?? ""));
        const [, hash = ""] = /\(hash (\w{64})\) \[HP204\]/.exec(refused) ?? [];
        assert.match(refused, /next: .*run the import again with the id \S+#<that hash>/);
        assert.match(succeeds(await imported(`${id}#${hash}`)), /clusterName: demo/);
        const preview = succeeds(await pulumi.preview());
        assert.doesNotMatch(preview, /to (delete|replace)/);
        succeeds(await pulumi.up("--skip-preview"));
        assert.equal((await pulumi.outputs()).phase, "Moved");
        assert.match(succeeds(await pulumi.preview()), /4 unchanged/);
        // Whoever finds the first state again has a journal that is another's now.
        succeeds(await lost.refresh("--skip-preview"));
        assert.match(fails(await lost.up("--skip-preview")), /HP204/);
        await goesBack(pulumi);
    });

    it("of which two move one cluster: the second is refused in its preview, and its destroy leaves the first alone", async () => {
        const { pulumi: first } = await newStack();
        const { pulumi: second } = await newStack();
        succeeds(await first.up("--skip-preview"));
        const moved = await plugin.differences();
        assert.match(fails(await second.preview()), /another stack runs that move, use that stack/);
        assert.match(fails(await second.up("--skip-preview")), /HP204/);
        succeeds(await second.destroy("--skip-preview"));
        assert.equal(await plugin.differences(), moved, "the first's move stays as it is");
        assert.match(succeeds(await first.preview()), /4 unchanged/);
        await goesBack(first);
    });

    it("that get another name by an alias, or have the move alone replaced, stay moved", async () => {
        const { pulumi, write } = await newStack();
        succeeds(await pulumi.up("--skip-preview"));
        const component = (await resourcesOf(pulumi)).find(({ type }) => type === TYPE) ?? assert.fail();
        write(programOf("renamed", { aliases: [component.urn] }));
        assert.match(succeeds(await pulumi.up("--skip-preview")), /4 unchanged/);
        const { urn } = await moveOf(pulumi);
        const replaced = succeeds(await pulumi.up("--skip-preview", "--target-replace", urn));
        assert.match(replaced, /1 replaced/);
        assert.equal((await pulumi.outputs()).phase, "Moved");
        assert.notEqual(await plugin.differences(), "");
        await goesBack(pulumi);
    });
});

const MOVE = "hyperpod-inference:index:Move";

function succeeds(run: PulumiRun): string {
    assert.equal(run.exitCode, 0, run.stdout.slice(-4000) + run.stderr);
    return run.stdout;
}

function fails(run: PulumiRun): string {
    assert.notEqual(run.exitCode, 0, run.stdout);
    return run.stdout + run.stderr;
}
