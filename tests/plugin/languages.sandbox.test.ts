// Programs in YAML, Python, Go and TypeScript on the real engine, with the plugin and with SDKs that the CLI made of its schema. They ask for the same, so one takes up the stack where another left it; LANGUAGES=all lets each move alone.
import assert from "node:assert/strict";
import { CreateRoleCommand, DeleteRoleCommand } from "@aws-sdk/client-iam";
import { compareStates, describeDifferences, type State } from "../../sandbox/compare";
import { createBareCluster } from "../../sandbox/content";
import { awsClients } from "../../sandbox/content/awsClients";
import { serviceTrust } from "../../sandbox/content/trustPolicies";
import type { LedgerEntry } from "../../sandbox/faults/proxy";
import type { Pulumi, PulumiRun } from "../../sandbox/pulumi/driver";
import type { Sandbox } from "../../sandbox/sandbox";
import { isExpectedRest, settledState } from "../component/offlineAccount";
import { backendFiles } from "../run/backendFiles";
import "../run/sandboxHooks";
import { DEMO } from "../../sandbox/startFrom";
import { emptySandbox, sandboxWith } from "../run/sharedSandbox";
import { type Language, Programs } from "./programs";

/** The journal's first words, before anything is changed or taken back. */
const BEGUN = is(/ secrets\/[^/]+\/pulumi-hyperpod-migration-/);
const CREATE = is(/CreateAddon/);
/** Where calls end that do not go to the program's own provider. */
const NOWHERE = {
    AWS_ENDPOINT_URL: "http://127.0.0.1:9",
    AWS_REGION: "eu-west-1",
    AWS_DEFAULT_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "AKIANOWHERE000000000",
    AWS_SECRET_ACCESS_KEY: "no-secret",
};
const LANGUAGES: readonly Language[] = ["yaml", "python", "go", "nodejs"];

describe("programs in other languages", function () {
    this.timeout(600_000);
    let sandbox: Sandbox;
    let programs: Programs;

    before(async () => {
        sandbox = await emptySandbox();
        programs = await Programs.of(sandbox);
    });
    after(() => programs?.remove());

    const toDemo = async () => {
        await sandboxWith(DEMO);
        programs.newStack();
        return settledState(sandbox);
    };
    const isAsBefore = async (start: State) => {
        const left = compareStates(start, await settledState(sandbox), { ignore: isExpectedRest });
        assert.equal(left.length, 0, describeDifferences(left));
    };
    /** The user's first ^C, which a terminal sends to the CLI and the CLI tells the plugin. */
    const isInterrupted = async (
        pulumi: Pulumi,
        command: "up" | "destroy",
        at: (write: LedgerEntry) => boolean,
    ) => {
        const running = pulumi.start(command, "--yes", "--skip-preview");
        const heard = async () => {
            running.kill("SIGINT");
            await new Promise((resolve) => setTimeout(resolve, 1000));
        };
        sandbox.faults.arm({ action: "delay", milliseconds: 1, match: at, onHit: heard });
        const run = await running.finished;
        sandbox.faults.disarm();
        assert.notEqual(run.exitCode, 0, run.stdout);
        assert.match(run.stdout, /stopped at a safe point: interrupted/);
        assert.deepEqual(await running.providerPids(), [], "the plugin ended with its command");
    };
    const showsWholePlan = async (pulumi: Pulumi) => {
        const preview = succeeds(await pulumi.preview());
        assert.match(preview.stdout, /what this update will do:/);
        for (const step of ["backUp", "scaleDown", "install", "verify", "retireHelm", "finish"])
            assert.match(preview.stdout, new RegExp(`\\b${step}\\b`));
        assert.deepEqual(sandbox.faults.writes(), [], "a preview writes nothing");
    };

    it("show the whole plan, are interrupted, refused and go on in one another's place and in that of the dynamic resource, and go back", async () => {
        const start = await toDemo();
        const [yaml, python, go, nodejs, typescript] = [
            await programs.program("yaml", "move-from-helm"),
            await programs.program("python", "move-from-helm"),
            await programs.program("go", "move-from-helm"),
            await programs.program("nodejs", "move-from-helm"),
            await programs.program("typescript", "move-from-helm"),
        ];
        for (const pulumi of [yaml, typescript]) await showsWholePlan(pulumi);
        await isInterrupted(python, "up", BEGUN);
        assert.deepEqual(await storedPhase(python), ["Moving"]);
        sandbox.faults.arm({ action: "deny", match: CREATE, times: Infinity });
        const refused = await go.up("--skip-preview");
        sandbox.faults.disarm();
        assert.notEqual(refused.exitCode, 0, refused.stdout);
        assert.match(refused.stdout, /HP132[\s\S]*next: run `pulumi up` to continue/);
        assert.deepEqual(await storedPhase(go), ["Moving"]);
        succeeds(await yaml.up("--skip-preview"));
        assert.equal((await python.outputs()).phase, "Moved");
        await holdsNoOpenSecret(python);
        for (const pulumi of [yaml, nodejs]) saysNothing(await pulumi.preview());
        succeeds(await yaml.refresh("--skip-preview"));
        // The dynamic resource takes over, writes into the state what its destroy needs, and gives back.
        sandbox.faults.reset();
        onlyUpdates(await typescript.up("--skip-preview"));
        saysNothing(await typescript.preview());
        onlyUpdates(await go.up("--skip-preview"));
        saysNothing(await go.preview());
        assert.deepEqual(sandbox.faults.writes(), [], "what moved stays as it is");
        await isInterrupted(go, "destroy", BEGUN);
        succeeds(await go.destroy("--skip-preview"));
        await isAsBefore(start);
    });

    if (process.env.LANGUAGES === "all")
        for (const language of LANGUAGES)
            it(`${language} moves and goes back alone`, async () => {
                const start = await toDemo();
                const pulumi = await programs.program(language, "move-from-helm");
                succeeds(await pulumi.up());
                saysNothing(await pulumi.preview());
                succeeds(await pulumi.destroy("--skip-preview"));
                await isAsBefore(start);
            });

    const newRole = async (RoleName: string) => {
        const AssumeRolePolicyDocument = JSON.stringify(serviceTrust("eks.amazonaws.com"));
        const asked = new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument });
        const { Role } = await awsClients(sandbox).iam.send(asked);
        return Role?.Arn ?? assert.fail(RoleName);
    };
    const toBareCluster = async () => {
        await emptySandbox();
        await createBareCluster(sandbox, { oidcProvider: false });
        programs.newStack();
        return settledState(sandbox);
    };
    const isMade = async (pulumi: Pulumi) => {
        succeeds(await pulumi.up("--skip-preview"));
        const outputs = await pulumi.outputs();
        assert.equal(outputs.status, "ACTIVE");
        assert.deepEqual(outputs.healthIssues, []);
    };

    /** The component's own resources go to Pulumi's dynamic-provider process and come back, and AWS hears nothing of it. */
    const changesHome = async (pulumi: Pulumi) => {
        const typescript = await programs.program("typescript", "quick-start");
        await sandbox.aws.clearCalls();
        onlyUpdates(await typescript.up("--skip-preview"));
        assert.deepEqual(await homesOf(typescript), ["pulumi-nodejs:dynamic/hyperpod"]);
        onlyUpdates(await pulumi.up("--skip-preview"));
        assert.deepEqual(await homesOf(pulumi), ["hyperpod-inference:index"]);
        const writes = (await sandbox.aws.calls()).filter(({ mutating }) => mutating);
        assert.deepEqual(writes, []);
    };

    it("make the component on a bare cluster, each of them, and it goes without a trace", async () => {
        const start = await toBareCluster();
        // Python's is below.
        for (const language of ["yaml", "go", "nodejs"] as const) {
            const pulumi = await programs.program(language, "quick-start");
            await isMade(pulumi);
            if (language === "yaml") await changesHome(pulumi);
            succeeds(await pulumi.destroy("--skip-preview"));
            await isAsBefore(start);
        }
    });

    it("make it in Python with the program's own aws provider, whose keys, roles and endpoints every call has", async () => {
        const start = await toBareCluster();
        const [hub, team] = [await newRole("hub"), await newRole("team")];
        const services = ["acm", "ec2", "eks", "elbv2", "iam", "s3", "sagemaker", "sts"];
        const provider = {
            region: sandbox.region,
            keys: { accessKey: "AKIAPLANTED000000001", secretKey: "planted-secret-access-key" },
            assumeRoles: [{ roleArn: hub, externalId: "x-1" }, { roleArn: team }],
            endpoints: Object.fromEntries(services.map((name) => [name, sandbox.env.AWS_ENDPOINT_URL])),
        };
        const env = { ...NOWHERE, OWN_PROVIDER: JSON.stringify(provider) };
        const pulumi = await programs.program("python", "own-provider", { folder: "programs", env });
        await sandbox.aws.clearCalls();
        await isMade(pulumi);
        const refreshed = succeeds(await pulumi.refresh("--skip-preview", "--diff"));
        const gone = succeeds(await pulumi.destroy("--skip-preview"));
        const callers = new Map<string, Set<string>>();
        for (const { operation, principal = "", userAgent } of await sandbox.aws.calls()) {
            const caller = principal.replace(/.*:(assumed-role\/\w+|user\/).*/, "$1");
            const who = `${caller}${operation === "AssumeRole" ? " assumes" : ""}`;
            const ours = userAgent.includes("pulumi-hyperpod-inference") ? "ours" : "Pulumi's";
            callers.set(ours, (callers.get(ours) ?? new Set()).add(who));
        }
        const expected = ["assumed-role/hub assumes", "assumed-role/team", "user/ assumes"];
        assert.deepEqual([...(callers.get("ours") ?? [])].sort(), expected);
        assert.deepEqual([...(callers.get("Pulumi's") ?? [])].sort(), expected);
        const shown = [refreshed, gone].map(({ stdout, stderr }) => ["a command", stdout + stderr] as const);
        for (const [where, text] of [...backendFiles(programs.backendDirectory), ...shown])
            assert.ok(!text.includes(provider.keys.secretKey), where);
        for (const name of ["hub", "team"])
            await awsClients(sandbox).iam.send(new DeleteRoleCommand({ RoleName: name }));
        await isAsBefore(start);
    });
});

function is(what: RegExp): (write: LedgerEntry) => boolean {
    return (write) => what.test(write.what);
}

/** Packages and modules of the component's own children. */
async function homesOf(pulumi: Pulumi): Promise<string[]> {
    const { resources = [] } = await pulumi.exportState();
    const own = resources.filter(({ type }) =>
        /:(InferenceCluster|Addon(Settings|Health)|TlsBucketRetention)$/.test(type),
    );
    assert.equal(own.length, 4);
    return [...new Set(own.map(({ type }) => type.slice(0, type.lastIndexOf(":"))))];
}

async function storedPhase(pulumi: Pulumi): Promise<unknown[]> {
    const { resources = [] } = await pulumi.exportState();
    return resources.filter(({ type }) => /:Move$/.test(type)).map(({ outputs }) => outputs?.phase);
}

/** The journal holds objects of the cluster, Secrets among them; the key vouches for it. */
async function holdsNoOpenSecret(pulumi: Pulumi): Promise<void> {
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

/** The component of the plugin, which the dynamic resource has not, is in the state alone. */
function onlyUpdates(run: PulumiRun): void {
    succeeds(run);
    const changed = run.stdout.split("\n").filter((line) => /^ *[+-]+ +\S+:\S+ /.test(line));
    const strange = changed.filter((line) => !/hyperpod-inference:index:HelmToAddonMigration /.test(line));
    assert.deepEqual(strange, [], run.stdout);
}

function saysNothing(run: PulumiRun): void {
    succeeds(run);
    assert.doesNotMatch(
        run.stdout,
        /to (create|update|replace|delete)|\d+ (created|updated|replaced|deleted)/,
        run.stdout,
    );
}
