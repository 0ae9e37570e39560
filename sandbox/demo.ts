// The whole story, offline: a cluster with a Helm installation, the previewed move, the undo, and the proof that everything is as it was.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { captureState, countObjects } from "./compare";
import { defaultRevisions } from "./content";
import { ending } from "./demo/ending";
import { proveMoved, proveUndone } from "./demo/proofs";
import { Pulumi, type PulumiRun } from "./pulumi/driver";
import { type Sandbox, startSandbox } from "./sandbox";
import { DEMO, startFrom } from "./startFrom";

const EXAMPLE = resolve(__dirname, "../examples/move-from-helm");

const started = Date.now();

function say(line: string): void {
    console.log(`\n[${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s] ${line}`);
}

async function main(): Promise<void> {
    say("an offline EKS: etcd, kube-apiserver, controller manager, scheduler, and AWS");
    const sandbox = await startSandbox({ progress: (line) => console.log(`          ${line}`) });
    const folder = mkdtempSync(join(tmpdir(), "hyperpod-demo-"));
    const interrupted = () => void sandbox.stop().then(() => process.exit(130));
    process.once("SIGINT", interrupted);
    process.once("SIGTERM", interrupted);
    try {
        await prepare(sandbox);
        await tell(sandbox, folder);
    } finally {
        rmSync(folder, { recursive: true, force: true });
        await sandbox.stop();
    }
}

/** The first run installs with the real helm and keeps the result; later runs start from it. */
async function prepare(sandbox: Sandbox): Promise<void> {
    say(
        sandbox.hasBaseline(DEMO.name)
            ? "the operator, as the real helm installed it in an earlier run, with models and bystanders"
            : `the operator from its chart by the real helm (${defaultRevisions} revisions), three models, and things of others`,
    );
    await startFrom(sandbox, DEMO);
}

async function tell(sandbox: Sandbox, folder: string): Promise<void> {
    const before = await captureState(sandbox);
    const { kubernetes, aws } = countObjects(before);
    say(`the start: ${kubernetes} objects in the cluster, ${aws} in AWS`);
    const pulumi = new Pulumi({
        projectDirectory: EXAMPLE,
        backendDirectory: join(folder, "backend"),
        env: sandbox.env,
        config: { clusterName: sandbox.clusterName },
        onOutput: (chunk) => process.stdout.write(chunk),
    });
    say("pulumi preview: the whole plan, before anything changes");
    mustSucceed(await pulumi.preview());
    say("pulumi up: the move");
    mustSucceed(await pulumi.up("--skip-preview"));
    const proved = await proveMoved(sandbox, before);
    for (const line of proved) console.log(`   proved: ${line}`);
    say("pulumi up again: nothing to do");
    sandbox.faults.reset();
    mustSucceed(await pulumi.up("--skip-preview"));
    const writes = sandbox.faults.writes().length;
    if (writes > 0) throw new Error(`the second up made ${writes} writes`);
    proved.push("a second `pulumi up` writes nothing to the cluster or to AWS");
    console.log(`   proved: ${proved.at(-1)}`);
    say("pulumi destroy: the undo");
    mustSucceed(await pulumi.destroy("--skip-preview"));
    const undone = await proveUndone(sandbox, before);
    for (const line of undone) console.log(`   proved: ${line}`);
    say("done");
    console.log(ending([...proved, ...undone]).join("\n"));
}

function mustSucceed(run: PulumiRun): void {
    if (run.exitCode !== 0) throw new Error(`pulumi ended with ${run.exitCode ?? run.signal}`);
}

main().then(
    () => process.exit(0),
    (error: Error) => {
        console.error(`\n${error.message}`);
        process.exit(1);
    },
);
