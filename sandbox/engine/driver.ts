// Runs Pulumi commands for tests and the demo: with the real CLI where `pulumi` is on PATH (or ENGINE=pulumi), else with the
// test engine, always on a file backend and without network. Also finds and ends the provider processes of a run.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { findProcesses } from "./processes";
import { readProject } from "./project";
import type { Deployment, Export } from "./state";

export interface PulumiRun {
    exitCode: number | null;
    signal: NodeJS.Signals | null;
    stdout: string;
    stderr: string;
}

export interface RunningPulumi {
    readonly pid: number;
    readonly finished: Promise<PulumiRun>;
    providerPids(): Promise<number[]>;
    /** To the CLI alone, not to its providers. */
    kill(signal: NodeJS.Signals): void;
    killProviders(signal: NodeJS.Signals): void;
    /** Ends everything this run has started and that is still there, as after a killed CLI. */
    killLeftovers(): void;
}

export interface PulumiOptions {
    projectDirectory: string;
    backendDirectory: string;
    stack?: string;
    env: Record<string, string>;
    config?: Record<string, string>;
    onOutput?: (chunk: string) => void;
}

type Engine = "pulumi" | "test";

const COMPILE_CACHE = path.join(__dirname, "../../.cache/node-compile-cache");
const RUN_MARK = "PULUMI_DRIVER_RUN";
/** After the CLI has exited, an orphaned plugin may keep its pipes open; they are not waited for. */
const PIPE_GRACE_MS = 500;

export class Pulumi {
    readonly engine: Engine;
    private ready: Promise<void> | undefined;

    constructor(private readonly options: PulumiOptions) {
        this.engine = chooseEngine(options.env);
    }

    get stack(): string {
        return this.options.stack ?? "dev";
    }

    /** One command; `--stack`, `--cwd` and the like are added. The stack must exist (`ensureStack`). */
    start(...args: string[]): RunningPulumi {
        const mark = randomUUID();
        const child = spawn(...this.invocation(args), {
            cwd: this.options.projectDirectory,
            env: { ...this.environment(), [RUN_MARK]: mark },
            stdio: ["ignore", "pipe", "pipe"],
        });
        if (child.pid === undefined) {
            throw new Error(`could not start ${this.engine === "test" ? "the test engine" : "pulumi"}`);
        }
        const { pid } = child;
        let [stdout, stderr] = ["", ""];
        child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
            stdout += chunk;
            this.options.onOutput?.(chunk);
        });
        child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
            stderr += chunk;
            this.options.onOutput?.(chunk);
        });
        const finished = new Promise<PulumiRun>((resolve, reject) => {
            const settle = (exitCode: number | null, signal: NodeJS.Signals | null): void =>
                resolve({ exitCode, signal, stdout, stderr });
            child.once("error", reject);
            child.once("close", settle);
            child.once("exit", (code, signal) => setTimeout(settle, PIPE_GRACE_MS, code, signal));
        });
        const ours = () =>
            findProcesses({ variable: RUN_MARK, value: mark }).filter((found) => found.pid !== pid);
        const providers = () =>
            ours().filter(({ commandLine }) =>
                /cmd\/dynamic-provider|pulumi-resource-|cmd\/run-plugin/.test(commandLine),
            );
        return {
            pid,
            finished,
            providerPids: async () => providers().map((found) => found.pid),
            kill: (signal) => signalAll([pid], signal),
            killProviders: (signal) =>
                signalAll(
                    providers().map((found) => found.pid),
                    signal,
                ),
            killLeftovers: () =>
                signalAll(
                    ours().map((found) => found.pid),
                    "SIGKILL",
                ),
        };
    }

    async preview(...flags: string[]): Promise<PulumiRun> {
        return await this.deploy("preview", ...flags);
    }

    async up(...flags: string[]): Promise<PulumiRun> {
        return await this.deploy("up", "--yes", ...flags);
    }

    async refresh(...flags: string[]): Promise<PulumiRun> {
        return await this.deploy("refresh", "--yes", ...flags);
    }

    async destroy(...flags: string[]): Promise<PulumiRun> {
        return await this.deploy("destroy", "--yes", ...flags);
    }

    /** Removes the lock of a killed run. */
    async cancel(): Promise<PulumiRun> {
        return await this.deploy("cancel", "--yes");
    }

    async exportState(): Promise<Deployment> {
        const { deployment } = JSON.parse(await this.read("stack", "export", "--show-secrets")) as Export;
        return deployment;
    }

    async outputs(): Promise<Record<string, unknown>> {
        return JSON.parse(await this.read("stack", "output", "--json", "--show-secrets")) as Record<
            string,
            unknown
        >;
    }

    /** Makes backend, stack and configuration, once. */
    ensureStack(): Promise<void> {
        this.ready ??= this.prepare();
        return this.ready;
    }

    private async deploy(...args: string[]): Promise<PulumiRun> {
        await this.ensureStack();
        return await this.start(...args).finished;
    }

    private async read(...args: string[]): Promise<string> {
        const run = await this.deploy(...args);
        if (run.exitCode !== 0) {
            throw new Error(`pulumi ${args.join(" ")} failed: ${run.stderr.trim() || run.stdout.trim()}`);
        }
        return run.stdout;
    }

    private async prepare(): Promise<void> {
        mkdirSync(this.options.backendDirectory, { recursive: true });
        const project = readProject(this.options.projectDirectory).name;
        const checkpoint = path.join(
            this.options.backendDirectory,
            ".pulumi",
            "stacks",
            project,
            `${this.stack}.json`,
        );
        if (!existsSync(checkpoint)) {
            await this.must("stack", "init", this.stack);
        }
        for (const [key, value] of Object.entries(this.options.config ?? {})) {
            await this.must("config", "set", key, value);
        }
    }

    private async must(...args: string[]): Promise<void> {
        const run = await this.start(...args).finished;
        if (run.exitCode !== 0) {
            throw new Error(`pulumi ${args.join(" ")} failed: ${run.stderr.trim() || run.stdout.trim()}`);
        }
    }

    private invocation(args: string[]): [command: string, args: string[]] {
        const isInit = args[0] === "stack" && args[1] === "init";
        const common = [
            "--non-interactive",
            "--color",
            "never",
            "--cwd",
            this.options.projectDirectory,
            ...(isInit ? [] : ["--stack", this.stack]),
        ];
        if (this.engine === "pulumi") {
            return ["pulumi", [...args, ...common]];
        }
        const cli = path.join(__dirname, "cli.ts");
        return [process.execPath, ["--require", require.resolve("tsx/cjs"), cli, ...args, ...common]];
    }

    private environment(): NodeJS.ProcessEnv {
        const inherited = Object.fromEntries(
            Object.entries(process.env).filter(([key]) => !key.startsWith("PULUMI_")),
        );
        const merged: NodeJS.ProcessEnv = { ...inherited, ...this.options.env };
        // The Node that runs this also runs programs and providers.
        merged.PATH = [path.dirname(process.execPath), merged.PATH].filter(Boolean).join(path.delimiter);
        return {
            ...merged,
            PULUMI_BACKEND_URL: `file://${this.options.backendDirectory}`,
            PULUMI_HOME: merged.PULUMI_HOME ?? path.join(this.options.backendDirectory, ".pulumi-home"),
            PULUMI_CONFIG_PASSPHRASE: merged.PULUMI_CONFIG_PASSPHRASE ?? "offline",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_SKIP_CONFIRMATIONS: "true",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
            PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
            // A program loads about a thousand modules; compiled ones are kept from run to run.
            NODE_COMPILE_CACHE: merged.NODE_COMPILE_CACHE ?? COMPILE_CACHE,
        };
    }
}

function chooseEngine(env: Record<string, string>): Engine {
    const wanted = process.env.ENGINE ?? "";
    if (wanted === "test" || wanted === "pulumi") {
        return wanted;
    }
    if (wanted !== "") {
        throw new Error(`ENGINE must be pulumi or test, not ${wanted}`);
    }
    const folders = (env.PATH ?? process.env.PATH ?? "").split(path.delimiter);
    return folders.some((folder) => isExecutable(path.join(folder, "pulumi"))) ? "pulumi" : "test";
}

function isExecutable(file: string): boolean {
    try {
        accessSync(file, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}

function signalAll(pids: number[], signal: NodeJS.Signals): void {
    for (const pid of pids) {
        try {
            process.kill(pid, signal);
        } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
                throw error;
            }
        }
    }
}
