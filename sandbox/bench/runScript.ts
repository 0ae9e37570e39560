// Runs AWS's script as its user would, in a shell of its own: its exit code and what it said last go out. Cleans up what it leaves in /tmp.
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Sandbox } from "../sandboxHandle";

const NEEDED = ["bash", "aws", "kubectl", "helm", "jq"] as const;
const TIMEOUT_MS = 10 * 60_000;
const LINES_KEPT = 8;
/** Where the script writes its backup and its documents; the place is fixed in it. */
const LITTER = "/tmp";

export interface ScriptRun {
    readonly exitCode: number | null;
    readonly lastLines: readonly string[];
}

/** What keeps the script from being run, for people; empty when nothing does. */
export function obstaclesTo(sandbox: Sandbox, script: string): string[] {
    const folders = pathOf(sandbox).split(delimiter);
    const missing = NEEDED.filter(
        (program) => !folders.some((folder) => isExecutable(join(folder, program))),
    );
    return [
        ...(existsSync(script) ? [] : [`there is no file ${script}`]),
        ...(missing.length === 0 ? [] : [`it needs ${missing.join(", ")} on PATH`]),
    ];
}

export async function runScript(sandbox: Sandbox, script: string): Promise<ScriptRun> {
    const litter = litterOf(script);
    const before = new Set(litter());
    try {
        return await run(sandbox, [
            script,
            "--auto-approve",
            "--cluster-name",
            sandbox.clusterName,
            "--region",
            sandbox.region,
        ]);
    } finally {
        for (const file of litter()) if (!before.has(file)) rmSync(file, { recursive: true, force: true });
    }
}

function run(sandbox: Sandbox, args: readonly string[]): Promise<ScriptRun> {
    const child = spawn("bash", args, {
        cwd: sandbox.directory,
        env: {
            ...sandbox.env,
            PATH: pathOf(sandbox),
            HOME: sandbox.directory,
            // It writes a context of its own into this file.
            KUBECONFIG: join(sandbox.directory, "script.kubeconfig"),
        },
        // A question that --auto-approve does not answer finds no one there.
        stdio: ["ignore", "pipe", "pipe"],
        detached: true,
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (chunk: string) => {
            text += chunk;
        });
    const timer = setTimeout(() => endGroup(child.pid), TIMEOUT_MS);
    return new Promise((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (exitCode) => {
            clearTimeout(timer);
            const lines = text.split("\n").filter((line) => line.trim() !== "");
            resolve({ exitCode, lastLines: lines.slice(-LINES_KEPT) });
        });
    });
}

/** The shell and whatever it is waiting for. */
function endGroup(pid: number | undefined): void {
    if (pid === undefined) return;
    try {
        process.kill(-pid, "SIGKILL");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
}

/** Names of what the script writes under /tmp and is there now: the files it names, and backup folders. */
function litterOf(script: string): () => string[] {
    const named = new Set(readFileSync(script, "utf8").match(/\/tmp\/[\w-]+\.json/g));
    return () => [
        ...[...named].filter((file) => existsSync(file)),
        ...readdirSync(LITTER)
            .filter((name) => name.startsWith("hyperpod-migration-backup-"))
            .map((name) => join(LITTER, name)),
    ];
}

function pathOf(sandbox: Sandbox): string {
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
