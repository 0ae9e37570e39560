// `make bench`: the numbers the project holds itself to, measured on an offline cluster of this machine, beside their targets.
// CROWD=n has n percent of the others in the crowded cluster, 0 leaves it out; HANDOVER=real has pods that start and see Secrets as late as on real nodes where a handover is measured, which takes ten minutes, 0 leaves it out; FAULTS=n adds n experiments of the fault matrix; HELM_TO_ADDON_SH=path adds AWS's script on the same cluster.
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type MeasuredScript, measureScript, observeScript } from "./bench/awsScript";
import { faultSample } from "./bench/faultSample";
import type { MeasuredOrders } from "./bench/handoverRows";
import { type MeasuredCrowd, measureCrowd } from "./bench/measureCrowd";
import { measureHandover } from "./bench/measureHandover";
import { measureLoad } from "./bench/measureLoad";
import { measureMove } from "./bench/measureMove";
import { measurePreview } from "./bench/measurePreview";
import { rowsOf } from "./bench/moveRows";
import { obstaclesTo } from "./bench/runScript";
import { tableOf } from "./bench/table";
import { captureState, type State } from "./compare";
import { demoContent, deployCrowd } from "./content";
import type { NodeTimes } from "./content/slowNodes";
import { Pulumi } from "./pulumi/driver";
import { type Sandbox, startSandbox } from "./sandbox";
import { type Content, DEMO, startFrom } from "./startFrom";

const PROGRAM = resolve(__dirname, "bench/program");
const SCRIPT = process.env.HELM_TO_ADDON_SH ? resolve(process.env.HELM_TO_ADDON_SH) : undefined;
/** AWS's script cannot read role ARNs with a path; where it takes part, the execution role has none. */
const START: Content =
    SCRIPT === undefined
        ? DEMO
        : {
              name: "demo-plain-roles",
              prepare: (sandbox) => demoContent(sandbox, { helm: { roles: { paths: { execution: "/" } } } }),
          };
/** What nodes were measured to take; ten times quicker where only the rows are wanted. */
const NODES: NodeTimes | undefined = {
    real: { startUpMs: 60_000, secretDelayMs: 20_000 },
    quick: { startUpMs: 6_000, secretDelayMs: 2_000 },
}[process.env.HANDOVER ?? "quick"];
const CROWD_PERCENT = Number(process.env.CROWD ?? 100);
const CROWD = { releases: 50, objects: 6_000, ingresses: 1_000 };
const say = (line: string): void => console.log(line);

async function main(): Promise<void> {
    const sandbox = await startSandbox({ progress: say });
    const folder = mkdtempSync(join(tmpdir(), "hyperpod-bench-"));
    try {
        say("preparing the cluster ...");
        await startFrom(sandbox, START);
        say(`\n${tableOf(await measure(sandbox, folder))}`);
        say(
            `\nload of this machine: ${loadavg()
                .map((load) => load.toFixed(1))
                .join(" ")} on ${availableParallelism()} processors`,
        );
    } finally {
        rmSync(folder, { recursive: true, force: true });
        await sandbox.stop();
    }
}

async function measure(sandbox: Sandbox, folder: string) {
    const stack = (name: string, count: number, env: Record<string, string> = {}) =>
        new Pulumi({
            projectDirectory: PROGRAM,
            backendDirectory: join(folder, name),
            env: { ...sandbox.env, BENCH_COUNT: String(count), ...env },
        });
    say("loading the provider ...");
    const load = await measureLoad();
    await sandbox.restoreBaseline(START.name);
    const start = await captureState(sandbox);
    say("previews of one migration and of twenty ...");
    const one = await measurePreview(sandbox, stack("one", 1));
    const twenty = await measurePreview(sandbox, stack("twenty", 20));
    say("a move, a second up, the undo ...");
    const move = await measureMove(sandbox, stack("move", 1), start);
    const crowd = CROWD_PERCENT > 0 ? await beside(sandbox, stack("crowd", 1)) : undefined;
    const script = await runScript(sandbox, start);
    const orders =
        NODES === undefined
            ? undefined
            : await measureOrders(sandbox, NODES, (order) => stack(order, 1, { BENCH_HANDOVER: order }));
    const faults = process.env.FAULTS === undefined ? undefined : await faultSample(process.env.FAULTS);
    return rowsOf({
        move,
        one,
        twenty,
        load,
        ...(crowd ? { crowd } : {}),
        ...(faults ? { faults } : {}),
        ...(script ? { script } : {}),
        ...(orders ? { orders } : {}),
    });
}

/** With a pause, and without one, and AWS's script, on pods that are slow alike. */
async function measureOrders(
    sandbox: Sandbox,
    times: NodeTimes,
    stackOf: (order: string) => Pulumi,
): Promise<MeasuredOrders> {
    const slowly = `pods that start in ${times.startUpMs / 1000} s`;
    const measured = async (order: "Seamless" | "Pause") => {
        say(`a move and its undo with ${slowly}, handover ${order} ...`);
        await sandbox.restoreBaseline(START.name);
        return measureHandover(sandbox, stackOf(order), times);
    };
    const seamless = await measured("Seamless");
    const pause = await measured("Pause");
    if (SCRIPT === undefined || obstaclesTo(sandbox, SCRIPT).length > 0) return { times, seamless, pause };
    say(`AWS's script with ${slowly} ...`);
    await sandbox.restoreBaseline(START.name);
    const script = await observeScript(sandbox, SCRIPT, times);
    return { times, seamless, pause, script };
}

async function beside(sandbox: Sandbox, pulumi: Pulumi): Promise<MeasuredCrowd> {
    const baseline = `${START.name}-crowd-${CROWD_PERCENT}`;
    const part = (count: number) => Math.ceil((count * CROWD_PERCENT) / 100);
    const [releases, objects, ingresses] = [CROWD.releases, CROWD.objects, CROWD.ingresses].map(part) as [
        number,
        number,
        number,
    ];
    await sandbox.restoreBaseline(START.name);
    await startFrom(sandbox, {
        name: baseline,
        prepare: () => deployCrowd(sandbox, { releases, objects, ingresses }),
    });
    say(`a move beside ${releases} releases, ${objects} objects and ${ingresses} ingresses of others ...`);
    return measureCrowd(sandbox, pulumi);
}

async function runScript(sandbox: Sandbox, start: State): Promise<MeasuredScript | undefined> {
    if (SCRIPT === undefined) {
        say("AWS's script is not run: HELM_TO_ADDON_SH does not name it.");
        return undefined;
    }
    const obstacles = obstaclesTo(sandbox, SCRIPT);
    if (obstacles.length > 0) {
        say(`AWS's script is not run: ${obstacles.join("; ")}.`);
        return undefined;
    }
    say("AWS's script ...");
    await sandbox.restoreBaseline(START.name);
    const script = await measureScript(sandbox, SCRIPT, start);
    say(`it ended with ${script.exitCode ?? "nothing, after 10 minutes"}; its last words:`);
    for (const line of script.lastLines) say(`    ${line}`);
    return script;
}

main().then(
    () => process.exit(0),
    (error: Error) => {
        console.error(error.message);
        process.exit(1);
    },
);
