// A sandbox at the start of a move and the path of AWS's script come in; the same measurements of the script go out. The script is not part of this project.
import { spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { captureState, compareStates, type State } from "../compare";
import type { Sandbox } from "../sandbox";
import type { Observation } from "../watch/observation";
import { observeMove } from "../watch/observeMove";

export interface MeasuredScript {
    readonly exitCode: number | null;
    readonly wallMs: number;
    readonly writes: number;
    readonly reads: number;
    readonly observation: Observation;
    /** Objects that differ from the start afterwards. */
    readonly differences: number;
}

const NEEDED = ["bash", "aws", "kubectl", "helm", "jq"] as const;
const TIMEOUT_MS = 10 * 60_000;

/** The programs that the script needs and that are not there. */
export function missingPrograms(sandbox: Sandbox): string[] {
    const folders = (pathOf(sandbox) ?? "").split(delimiter);
    return NEEDED.filter((program) => !folders.some((folder) => isExecutable(join(folder, program))));
}

export async function measureScript(sandbox: Sandbox, script: string, start: State): Promise<MeasuredScript> {
    sandbox.faults.reset();
    const watching = await observeMove(sandbox);
    const started = Date.now();
    const exitCode = await run(sandbox, script);
    const wallMs = Date.now() - started;
    const observation = await watching.stop();
    const [writes, reads] = [sandbox.faults.writes().length, sandbox.faults.reads()];
    const differences = new Set(compareStates(start, await captureState(sandbox)).map(({ key }) => key)).size;
    return { exitCode, wallMs, writes, reads, observation, differences };
}

function run(sandbox: Sandbox, script: string): Promise<number | null> {
    const args = [
        script,
        "--auto-approve",
        "--cluster-name",
        sandbox.clusterName,
        "--region",
        sandbox.region,
    ];
    const child = spawn("bash", args, {
        cwd: sandbox.directory,
        env: { ...sandbox.env, PATH: pathOf(sandbox), HOME: sandbox.directory, AWS_PAGER: "" },
        stdio: "ignore",
        timeout: TIMEOUT_MS,
        killSignal: "SIGKILL",
    });
    return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", resolve);
    });
}

function pathOf(sandbox: Sandbox): string | undefined {
    return [sandbox.tools.binDirectory, process.env.PATH].filter(Boolean).join(delimiter);
}

function isExecutable(file: string): boolean {
    try {
        accessSync(file, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}
