// Runs commands of the Pulumi CLI for tests, bench and demo, always on a file backend and without network. Also finds and ends what a run has started.
import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { load } from "js-yaml";
import { ensureCli } from "./cliInstallation";
import { findProcesses } from "./processes";
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

const COMPILE_CACHE = path.join(__dirname, "../../.cache/node-compile-cache");
const RUN_MARK = "PULUMI_DRIVER_RUN";
/** After the CLI has exited, an orphaned plugin may keep its pipes open; they are not waited for. */
const PIPE_GRACE_MS = 500;

export class Pulumi {
    private cli = "";
    private ready: Promise<void> | undefined;

    constructor(private readonly options: PulumiOptions) {}

    get stack(): string {
        return this.options.stack ?? "dev";
    }

    /** One command; `--stack`, `--cwd` and the like are added. The stack must exist (`ensureStack`). */
    start(...args: string[]): RunningPulumi {
        const mark = randomUUID();
        if (this.cli === "") throw new Error("the stack is not there yet: wait for ensureStack() first");
        const child = spawn(this.cli, [...args, ...this.commonFlags(args)], {
            cwd: this.options.projectDirectory,
            env: { ...this.environment(), [RUN_MARK]: mark },
            stdio: ["ignore", "pipe", "pipe"],
        });
        if (child.pid === undefined) {
            throw new Error(`could not start ${this.cli}`);
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
        const { name, runtime } = readProject(this.options.projectDirectory);
        this.cli = await ensureCli(runtime, console.error);
        const checkpoint = path.join(
            this.options.backendDirectory,
            ".pulumi",
            "stacks",
            name,
            `${this.stack}.json`,
        );
        if (!existsSync(checkpoint)) {
            await this.must("stack", "init", this.stack);
        }
        const settings = Object.entries(this.options.config ?? {});
        if (settings.length > 0) {
            const pairs = settings.flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
            await this.must("config", "set-all", ...pairs);
        }
    }

    private async must(...args: string[]): Promise<void> {
        const run = await this.start(...args).finished;
        if (run.exitCode !== 0) {
            throw new Error(`pulumi ${args.join(" ")} failed: ${run.stderr.trim() || run.stdout.trim()}`);
        }
    }

    private commonFlags(args: string[]): string[] {
        const isInit = args[0] === "stack" && args[1] === "init";
        const stack = isInit ? [] : ["--stack", this.stack];
        return ["--non-interactive", "--color", "never", "--cwd", this.options.projectDirectory, ...stack];
    }

    private environment(): NodeJS.ProcessEnv {
        const inherited = Object.fromEntries(
            Object.entries(process.env).filter(([key]) => !key.startsWith("PULUMI_")),
        );
        const merged: NodeJS.ProcessEnv = { ...inherited, ...this.options.env };
        merged.PATH = [folderOfNode(), merged.PATH].filter(Boolean).join(path.delimiter);
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
            // `npm run lint` checks the types of every program here; Pulumi would do it again in each run, for seconds.
            PULUMI_NODEJS_TRANSPILE_ONLY: "true",
            // A CLI that ends in seconds spends a quarter of its time on garbage.
            GOGC: "off",
            GOMEMLIMIT: "512MiB",
            // A program loads about a thousand modules; compiled ones are kept from run to run.
            NODE_COMPILE_CACHE: merged.NODE_COMPILE_CACHE ?? COMPILE_CACHE,
        };
    }
}

/** A test gives the folder of Pulumi.yaml itself. */
function readProject(directory: string): { name: string; runtime: string } {
    const file = path.join(directory, "Pulumi.yaml");
    const project = load(readFileSync(file, "utf8")) as { name: string; runtime: string | { name: string } };
    const { name, runtime } = project;
    return { name, runtime: typeof runtime === "string" ? runtime : runtime.name };
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

/** The Node that runs this also runs programs and providers. It lies there alone: what else its own folder has, a Python say, must not come first. */
function folderOfNode(): string {
    const { execPath } = process;
    const name = createHash("sha256").update(execPath).digest("hex").slice(0, 12);
    const folder = path.join(__dirname, "../../.cache/node", name);
    mkdirSync(folder, { recursive: true });
    try {
        symlinkSync(execPath, path.join(folder, "node"));
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    return folder;
}
