// The plugin on the real engine, over a cluster in memory: a move that is interrupted, that fails, that goes on and goes back; and nothing planted in its inputs or in the cluster's Secrets is anywhere in the open.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Pulumi, type PulumiRun } from "../../sandbox/pulumi/driver";
import { buildPolicies } from "../component/builtPackage";
import { backendFiles } from "../run/backendFiles";
import { AttachedPlugin } from "./attachedPlugin";

const root = path.resolve(__dirname, "../..");
const PLANTED = {
    "kubeconfig's token": "planted-kubeconfig-token",
    "key's id": "AKIAPLANTEDPLANTED00",
    "key's secret": "planted-secret-access-key",
    "session's token": "planted-session-token",
    setting: "planted-setting",
    "Secret's data": Buffer.from("planted-in-the-cluster").toString("base64"),
};
const KUBECONFIG = `apiVersion: v1
kind: Config
users:
- name: admin
  user: { token: ${PLANTED["kubeconfig's token"]} }
`;
const PROGRAM = {
    name: "in-memory",
    runtime: "yaml",
    resources: {
        move: {
            type: "hyperpod-inference:HelmToAddonMigration",
            properties: {
                clusterName: "demo",
                kubeconfig: KUBECONFIG,
                access: {
                    keys: {
                        accessKeyId: PLANTED["key's id"],
                        secretAccessKey: PLANTED["key's secret"],
                        sessionToken: PLANTED["session's token"],
                    },
                },
                additionalConfiguration: { nodeSelector: { pool: { "fn::secret": PLANTED.setting } } },
            },
        },
    },
    outputs: { phase: `\${move.phase}`, plan: `\${move.plan}`, warnings: `\${move.warnings}` },
};

describe("the plugin on the engine, over a cluster in memory", function () {
    this.timeout(300_000);
    const folder = mkdtempSync(path.join(tmpdir(), "engine-"));
    const project = path.join(folder, "project");
    const backend = path.join(folder, "state");
    const runs: [what: string, run: PulumiRun][] = [];
    let plugin: AttachedPlugin;
    let pulumi: Pulumi;

    before(async () => {
        buildPolicies();
        mkdirSync(project);
        writeFileSync(path.join(project, "Pulumi.yaml"), JSON.stringify(PROGRAM));
        plugin = await AttachedPlugin.start(PLANTED["Secret's data"]);
        pulumi = new Pulumi({
            projectDirectory: project,
            backendDirectory: backend,
            env: plugin.env,
        });
        await pulumi.ensureStack();
    });
    after(() => {
        plugin?.end();
        rmSync(folder, { recursive: true, force: true });
    });

    const kept = (what: string, run: PulumiRun): PulumiRun => {
        runs.push([what, run]);
        return run;
    };
    const stored = async () => {
        const { resources = [] } = await pulumi.exportState();
        return resources.find(({ type }) => type.endsWith(":Move"))?.outputs;
    };
    const interrupted = async (command: "up" | "destroy") =>
        kept(`interrupted ${command}`, await plugin.interrupted(pulumi, command, 4));

    it("shows the whole plan to people and policies, and writes nothing", async () => {
        const preview = kept("preview", await pulumi.preview("--policy-pack", path.join(root, "policy")));
        assert.match(preview.stdout, /what this update will do:/);
        assert.match(preview.stdout, /\[mandatory\] {2}move-is-protected/);
        assert.match(preview.stdout, /\[advisory\] {2}version-is-pinned/);
        kept("preview --diff", await pulumi.preview("--diff"));
        assert.equal(await plugin.differences(), "");
    });

    it("stops at the user's first ^C, keeps the state, and goes on; fails, and goes on", async () => {
        await interrupted("up");
        assert.equal((await stored())?.phase, "Moving");
        plugin.order({ fault: { write: 12, moment: "before", kind: "fail", times: 1000 } });
        const failed = kept("failed up", await pulumi.up("--skip-preview"));
        assert.notEqual(failed.exitCode, 0, failed.stdout);
        assert.match(failed.stdout, /ThrottlingException[\s\S]*next: run `pulumi up` to continue/);
        assert.equal(failed.stdout.match(/tag: ThrottlingException/g)?.length, 1, "told once");
        const rest = kept("preview of the rest", await pulumi.preview("--diff"));
        const shown = `${rest.stdout}${rest.stderr}`;
        assert.match(shown, /what this update will do:\n +summary +continues at \w+, \d+ of 11 steps done/);
        const [properties = ""] = rest.stdout.split("--outputs:--");
        assert.doesNotMatch(properties, /^ *[+~-] +[a-z]\w* *:|rogressUrn/m, "no input changed");
        assert.equal((await stored())?.phase, "Moving");
        const moved = kept("up", await pulumi.up("--skip-preview", "--diff"));
        assert.equal(moved.exitCode, 0, moved.stdout);
        assert.equal((await pulumi.outputs()).phase, "Moved");
        assert.notEqual(await plugin.differences(), "");
    });

    it("says nothing when nothing changed, and refreshes", async () => {
        const again = kept("preview of no change", await pulumi.preview("--diff"));
        assert.equal(again.exitCode, 0, again.stdout);
        assert.doesNotMatch(again.stdout, /to (create|update|replace|delete)/);
        assert.doesNotMatch(again.stdout, /outputs:/i, "the program exports the plan");
        const refreshed = kept("refresh", await pulumi.refresh("--skip-preview", "--diff"));
        assert.equal(refreshed.exitCode, 0, refreshed.stdout);
        assert.deepEqual((await stored())?.drift, []);
    });

    it("stays where it is when WayBack alone is replaced, and can still be undone", async () => {
        const { resources = [] } = await pulumi.exportState();
        const urn = resources.find(({ type }) => type.endsWith(":WayBack"))?.urn ?? assert.fail();
        const replaced = kept("replace", await pulumi.up("--skip-preview", "--replace", urn));
        assert.equal(replaced.exitCode, 0, replaced.stdout);
        assert.match(replaced.stdout, /was made anew by this update; nothing is undone/);
        assert.equal((await pulumi.outputs()).phase, "Moved");
        assert.notEqual(await plugin.differences(), "");
    });

    it("keeps what is secret out of every file and every line", () => {
        const files = backendFiles(backend);
        assert.ok(files.some(([, text]) => text.includes("hyperpod-inference:index:Move")));
        const texts = [
            ...files,
            ...runs.map(([what, { stdout, stderr }]) => [what, stdout + stderr] as const),
        ];
        for (const [where, text] of texts)
            for (const [what, value] of Object.entries(PLANTED))
                assert.ok(!text.includes(value), `${where} holds the ${what}`);
    });

    it("goes back from an interrupted undo too, and leaves no trace", async () => {
        await interrupted("destroy");
        const back = await pulumi.destroy("--skip-preview");
        assert.equal(back.exitCode, 0, back.stdout);
        assert.equal(await plugin.differences(), "");
    });

    it("keeps what its preview promised, as `pulumi up --plan` demands: of a create and of an update", async () => {
        const plan = path.join(folder, "plan.json");
        const promised = async (program: object) => {
            writeFileSync(path.join(project, "Pulumi.yaml"), JSON.stringify(program));
            const preview = kept("preview --save-plan", await pulumi.preview("--save-plan", plan));
            assert.equal(preview.exitCode, 0, preview.stdout);
            assert.doesNotMatch(readFileSync(plan, "utf8"), /planted/);
            const run = kept("up --plan", await pulumi.up("--skip-preview", "--plan", plan));
            assert.equal(run.exitCode, 0, run.stdout);
            return preview.stdout;
        };
        const { move } = PROGRAM.resources;
        const stopping = { ...move, properties: { ...move.properties, until: "identities" } };
        await promised({ ...PROGRAM, resources: { move: stopping } });
        assert.equal((await stored())?.phase, "Stopped");
        assert.match(await promised(PROGRAM), /:Move move update \[diff: -until\]/);
        assert.equal((await stored())?.phase, "Moved");
        assert.equal((await pulumi.destroy("--skip-preview")).exitCode, 0);
    });

    it("stops at a safe point when the times of customTimeouts are over, each its own, and goes on", async () => {
        const isOver = (run: PulumiRun, time: string) => {
            assert.notEqual(run.exitCode, 0, run.stdout);
            assert.match(run.stdout, new RegExp(`stopped at a safe point: the ${time} of customTimeouts`));
        };
        const withTimes = (customTimeouts: object) => {
            const { move } = PROGRAM.resources;
            const resources = { move: { ...move, options: { customTimeouts } } };
            writeFileSync(path.join(project, "Pulumi.yaml"), JSON.stringify({ ...PROGRAM, resources }));
        };
        withTimes({ create: "1s", update: "2s" });
        isOver(await pulumi.up("--skip-preview"), "1 s");
        assert.equal((await stored())?.phase, "Moving");
        isOver(await pulumi.up("--skip-preview"), "2 s");
        withTimes({ update: "1h", delete: "3s" });
        assert.equal((await pulumi.up("--skip-preview")).exitCode, 0);
        assert.equal((await stored())?.phase, "Moved");
        isOver(await pulumi.destroy("--skip-preview"), "3 s");
        withTimes({});
        assert.equal((await pulumi.up("--skip-preview")).exitCode, 0);
        assert.equal((await pulumi.destroy("--skip-preview")).exitCode, 0);
        assert.equal(await plugin.differences(), "");
    });
});
