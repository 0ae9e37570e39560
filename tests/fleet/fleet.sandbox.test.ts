// The fleet example as a user runs it, on the sandbox: the canary holds, is let go, moves, and its wave is taken back.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { compareStates, describeDifferences } from "../../sandbox/compare";
import { requestJson } from "../../sandbox/kubernetes/requestJson";
import { ensureCli } from "../../sandbox/pulumi/cliInstallation";
import type { Sandbox } from "../../sandbox/sandbox";
import { buildPackage, buildPolicies } from "../component/builtPackage";
import { isExpectedRest, settledState } from "../component/offlineAccount";
import "../run/sandboxHooks";
import { DEMO } from "../../sandbox/startFrom";
import { sandboxWith } from "../run/sharedSandbox";
import { stackObjects } from "./operatorObjects";
import {
    differences,
    operatorsDefinition,
    type Schema,
    type StackDefinition,
    stackDefinition,
} from "./stackDefinition";

const root = path.resolve(__dirname, "../..");
const EXAMPLE = path.join(root, "examples/fleet");
const STACK = `canary-${process.pid}`;
const LIMIT_MS = 240_000;
/** A clone of the Pulumi Kubernetes Operator, whose own definition is asked then; no registry has it. */
const operator = process.env.OPERATOR;

interface Ended {
    readonly code: number | null;
    readonly text: string;
}

describe("a fleet on the sandbox", function () {
    this.timeout(900_000);
    let sandbox: Sandbox;
    let folder: string;
    let cli: string;

    before(async () => {
        folder = mkdtempSync(path.join(tmpdir(), "fleet-"));
        buildPackage();
        buildPolicies();
        cli = await ensureCli("nodejs", console.error);
        sandbox = await sandboxWith(DEMO);
    });

    after(() => {
        rmSync(folder, { recursive: true, force: true });
        rmSync(path.join(EXAMPLE, `Pulumi.${STACK}.yaml`), { force: true });
    });

    /** `npm run fleet` with a fleet of one canary, as in a user's shell; the test's own process must go on serving the sandbox. */
    async function fleet(wave: object, ...args: string[]): Promise<Ended> {
        const file = path.join(folder, "fleet.json");
        const clusters = [
            { clusterName: sandbox.clusterName, stack: STACK, skipDependenciesMigration: true },
        ];
        const policyPacks = [path.join(root, "policy")];
        const gates = { maxPausedSeconds: 600, acceptedWarnings: ["tag CreatedBy changes", "past Helm"] };
        writeFileSync(
            file,
            JSON.stringify({ gates, policyPacks, waves: [{ name: "canary", clusters, ...wave }] }),
        );
        const child = spawn(
            process.execPath,
            [
                require.resolve("ts-node/dist/bin.js"),
                "--transpileOnly",
                path.join(EXAMPLE, "moveFleet.ts"),
                ...args,
            ],
            {
                cwd: EXAMPLE,
                stdio: ["ignore", "pipe", "pipe"],
                timeout: LIMIT_MS,
                env: {
                    ...sandbox.env,
                    PATH: [path.dirname(process.execPath), path.dirname(cli), sandbox.env.PATH].join(":"),
                    HOME: process.env.HOME,
                    FLEET: file,
                    REPORTS: folder,
                    PULUMI_BACKEND_URL: `file://${folder}`,
                    PULUMI_HOME: path.join(folder, "home"),
                    PULUMI_CONFIG_PASSPHRASE: "offline",
                    PULUMI_SKIP_UPDATE_CHECK: "true",
                    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
                    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
                    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
                },
            },
        );
        let text = "";
        for (const stream of [child.stdout, child.stderr])
            stream.setEncoding("utf8").on("data", (chunk: string) => {
                text += chunk;
            });
        const code = await new Promise<number | null>((resolve, reject) => {
            child.once("error", reject);
            child.once("close", resolve);
        });
        return { code, text };
    }

    const report = () => JSON.parse(readFileSync(path.join(folder, "fleet-report.json"), "utf8"));
    const phase = () => report().clusters[0].outcome.phase;

    it("does nothing that a policy forbids", async () => {
        sandbox.faults.reset();
        const cluster = { clusterName: sandbox.clusterName, stack: STACK, commit: true };
        const refused = await fleet({ clusters: [cluster] }, "move");
        assert.equal(refused.code, 1, refused.text);
        assert.match(refused.text, /policy commit-needs-approval: .*Next: remove commit/s);
        assert.doesNotMatch(refused.text, /policy move-is-protected/);
        assert.deepEqual(sandbox.faults.writes(), []);
    });

    it("previews without a write, holds the canary after verify, moves it, and takes the wave back", async () => {
        const start = await settledState(sandbox);
        sandbox.faults.reset();
        const previewed = await fleet({}, "preview");
        assert.equal(previewed.code, 0, previewed.text);
        assert.deepEqual(sandbox.faults.writes(), []);
        assert.match(report().clusters[0].plan.join("\n"), /8 verify/);

        const held = await fleet({ until: "verify" }, "move");
        assert.equal(held.code, 0, held.text);
        assert.match(held.text, /holds; next: wave canary holds after verify/);
        assert.equal(phase(), "Stopped");
        assert.equal(report().clusters[0].outcome.nextStep, "retireHelm");

        const moved = await fleet({}, "move");
        assert.equal(moved.code, 0, moved.text);
        assert.equal(phase(), "Moved");
        assert.match(readFileSync(path.join(folder, "fleet-report.html"), "utf8"), /1 clusters: 1 done/);

        const undone = await fleet({}, "undo", "canary");
        assert.equal(undone.code, 0, undone.text);
        assert.equal(phase(), "OnHelm");
        const left = compareStates(start, await settledState(sandbox), { ignore: isExpectedRest });
        assert.equal(left.length, 0, describeDifferences(left));
    });

    if (operator !== undefined)
        it("is checked without a clone against nothing but what the operator says too", () => {
            const schemaOf = ({ spec }: StackDefinition): Schema =>
                spec.versions.find(({ name }) => name === "v1")?.schema.openAPIV3Schema ?? assert.fail();
            const left = differences(schemaOf(stackDefinition), schemaOf(operatorsDefinition(operator)), "");
            assert.deepEqual(left, []);
        });

    it("is accepted by an API server as the operator's Stacks, and a misspelt field is not", async () => {
        const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        await requestJson(
            sandbox,
            "POST",
            definitions,
            operator === undefined ? stackDefinition : operatorsDefinition(operator),
        );
        const deadline = Date.now() + 30_000;
        const isServed = () =>
            requestJson(sandbox, "GET", "/apis/pulumi.com/v1").then(
                () => true,
                () => false,
            );
        while (!(await isServed())) {
            assert.ok(Date.now() < deadline, "the kind Stack is not served");
            await new Promise((resolve) => setTimeout(resolve, 200));
        }
        await requestJson(sandbox, "POST", "/api/v1/namespaces", { metadata: { name: "fleet" } });
        const tried = (stack: object) =>
            requestJson(
                sandbox,
                "POST",
                "/apis/pulumi.com/v1/namespaces/fleet/stacks?dryRun=All&fieldValidation=Strict",
                stack,
            );
        for (const stack of stackObjects()) await tried(stack);
        const [first] = stackObjects();
        assert.ok(first);
        const misspelt = { ...first, spec: { ...first.spec, prerequisite: [] } };
        await assert.rejects(tried(misspelt), /unknown field .*spec\.prerequisite/);
        const wrong = { ...first, spec: { ...first.spec, prerequisites: [{ requirement: {} }] } };
        await assert.rejects(tried(wrong), /spec\.prerequisites\[0\]\.name: Required/);
    });
});
