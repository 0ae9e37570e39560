// The pack as built, asked by the real engine: mandatory findings fail a preview and an update, advisory ones warn, and no secret is said.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { policies } from "../../policy/policies";
import { Pulumi, type PulumiRun } from "../../sandbox/pulumi/driver";
import { buildPolicies } from "../component/builtPackage";

const root = path.resolve(__dirname, "../..");
const PACK = path.join(root, "policy");
const PLANTED = "hunter2hunter2";
const move = (args: object = {}, protect = true) => ({ args: { clusterName: "demo", ...args }, protect });

describe("the policy pack on the engine", function () {
    this.timeout(300_000);
    let folder: string;
    const stacks: string[] = [];

    before(() => {
        buildPolicies();
        folder = mkdtempSync(path.join(tmpdir(), "policy-"));
    });
    after(() => {
        rmSync(folder, { recursive: true, force: true });
        for (const file of stacks) rmSync(file, { force: true });
    });

    /** A stack of its own; every run says no secret. */
    function stackOf(
        name: string,
    ): (command: "preview" | "up", given: object, configuration?: object) => Promise<PulumiRun> {
        const projectDirectory = path.join(__dirname, "programs/guarded");
        const stack = `policy-${name}-${process.pid}`;
        stacks.push(path.join(projectDirectory, `Pulumi.${stack}.yaml`));
        return async (command, given, configuration) => {
            const pulumi = new Pulumi({
                projectDirectory,
                backendDirectory: folder,
                stack,
                env: {
                    GIVEN: JSON.stringify({ secret: PLANTED, ...given }),
                    PATH: [path.join(root, "sandbox/aws-provider"), process.env.PATH].join(":"),
                    AWS_REGION: "us-west-2",
                    AWS_ACCESS_KEY_ID: "AKIAPOLICY0000000000",
                    AWS_SECRET_ACCESS_KEY: "no-secret",
                },
            });
            const file = path.join(folder, `${stack}.json`);
            if (configuration !== undefined) writeFileSync(file, JSON.stringify(configuration));
            const flags = configuration === undefined ? [] : ["--policy-pack-config", file];
            const ended = await pulumi[command]("--policy-pack", PACK, ...flags);
            assert.doesNotMatch(ended.stdout + ended.stderr, new RegExp(PLANTED));
            return ended;
        };
    }

    it("tells everything at once, and fails the preview", async () => {
        const ended = await stackOf("wrong")("preview", {
            moves: [move({ commit: true, onUnsupportedSettings: "Drop" }, false), move({}, false)],
            component: { clusterName: "demo" },
            addon: { resolveConflictsOnUpdate: "OVERWRITE" },
            bucket: "open",
        });
        assert.notEqual(ended.exitCode, 0, ended.stdout);
        assert.deepEqual(findings(ended), [
            "advisory model-buckets-are-named inference",
            "advisory settings-are-not-dropped move0",
            "advisory version-is-pinned inference",
            "advisory version-is-pinned move0",
            "advisory version-is-pinned move1",
            "mandatory commit-needs-approval move0",
            "mandatory move-is-protected move1",
            "mandatory no-overwrite-on-update operator",
            "mandatory one-move-per-cluster move1",
            "mandatory tls-bucket-is-private tls",
        ]);
        assert.match(
            ended.stdout,
            /Next: remove commit, or have the cluster's name added to approvedClusters/,
        );
    });

    it("is stricter in production, and lets pass what is approved", async () => {
        const production = JSON.parse(readFileSync(path.join(PACK, "production.json"), "utf8"));
        const configuration = { ...production, "commit-needs-approval": { approvedClusters: ["demo"] } };
        const pulumi = stackOf("production");
        const bucketsOnly = { clusterName: "demo", modelBucketArns: ["arn:aws:s3:::models"] };
        const ended = await pulumi(
            "preview",
            {
                moves: [move({ commit: true, onUnsupportedSettings: "Drop" }, false)],
                component: bucketsOnly,
            },
            configuration,
        );
        assert.notEqual(ended.exitCode, 0, ended.stdout);
        assert.deepEqual(findings(ended), [
            "mandatory preserved-in-production inference",
            "mandatory settings-are-not-dropped move0",
            "mandatory version-is-pinned inference",
            "mandatory version-is-pinned move0",
        ]);
        const addonVersion = "v1.3.0-eksbuild.1";
        const right = await pulumi(
            "preview",
            {
                moves: [move({ commit: true, onUnsupportedSettings: "Refuse", addonVersion }, false)],
                component: { ...bucketsOnly, addonVersion, preserveOnDelete: true },
                addon: { addonVersion, resolveConflictsOnUpdate: "PRESERVE" },
                bucket: "closed",
            },
            configuration,
        );
        assert.equal(right.exitCode, 0, right.stdout);
        assert.deepEqual(findings(right), []);
    });

    it("lets an update pass that is right, and then finds a second move of the cluster that has moved", async () => {
        const pulumi = stackOf("right");
        const right = move({ addonVersion: "v1.3.0-eksbuild.1" });
        const first = await pulumi("up", { moves: [right] });
        assert.equal(first.exitCode, 0, first.stdout);
        assert.deepEqual(findings(first), []);
        const second = await pulumi("preview", { moves: [right, right] });
        assert.notEqual(second.exitCode, 0, second.stdout);
        assert.deepEqual(findings(second), ["mandatory one-move-per-cluster move1"]);
    });

    it("had something to say of each policy, and let what is right pass", () => {
        assert.deepEqual([...found].sort(), policies.map(({ name }) => name).sort());
    });
});

/** Of the runs so far. */
const found = new Set<string>();

/** Level, policy and resource of every finding, as the CLI prints them. */
function findings({ stdout }: PulumiRun): string[] {
    const lines = stdout.matchAll(/\[(mandatory|advisory)\]\s+([\w-]+)\s+\(\S+ (\S+)\)/g);
    return [
        ...new Set(
            [...lines].map(([, level, policy = "", name]) => {
                found.add(policy);
                return `${level} ${policy} ${name}`;
            }),
        ),
    ].sort();
}
