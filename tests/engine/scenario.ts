// Runs one scenario the way the recorder did: its own folder, backend and stack, command after command, signals when a
// file appears. Gives back what happened in the shape of a trace.
import { type ChildProcess, spawn } from "node:child_process";
import {
    cpSync,
    existsSync,
    mkdirSync,
    readFileSync,
    realpathSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import path from "node:path";
import { Pulumi, type PulumiRun } from "../../sandbox/engine/driver";
import type { Export } from "../../sandbox/engine/state";
import { readCalls, readEvents } from "./conversation";
import { Normaliser } from "./normalise";
import { type Call, readTrace, TRACES, type Trace, type TraceStep } from "./trace";

const NODE_MODULES = realpathSync(path.join(__dirname, "../../node_modules"));
const DEPLOYMENTS = new Set(["preview", "up", "destroy", "refresh"]);
const SIGNAL_PAUSE_MS = 700;
/** The slow provider of the scenarios takes four seconds. */
const ORPHAN_MS = 6_000;

export interface Happened {
    exitCode: number | string;
    calls: Call[];
    events: string[];
    stdout: string[];
    stderr: string[];
    files: Record<string, string[] | null>;
    state: Export;
}

export class Scenario {
    readonly trace: Trace;
    private readonly program: string;
    private readonly normaliser: Normaliser;
    private stack = "dev";

    constructor(
        folder: string,
        private readonly work: string,
    ) {
        this.trace = readTrace(folder);
        this.program = path.join(work, folder);
        this.normaliser = new Normaliser({ program: this.program, work, nodeModules: NODE_MODULES });
        this.prepare(folder);
    }

    async begin(): Promise<void> {
        const run = await this.pulumi({}).start("stack", "init", "dev").finished;
        if (run.exitCode !== 0) {
            throw new Error(`stack init failed: ${run.stderr}`);
        }
    }

    async run(step: TraceStep): Promise<Happened> {
        const [, ...args] = step.command.split(" ");
        const isDeployment = DEPLOYMENTS.has(args[0] ?? "");
        const [calls, events] = [
            path.join(this.program, ".grpc.json"),
            path.join(this.program, ".events.json"),
        ];
        for (const file of [calls, events]) {
            rmSync(file, { force: true });
        }
        const standIn = step.env?.PULUMI_DEBUG_PROVIDERS ? await this.startStandIn() : undefined;
        const env: Record<string, string> = { ...step.env };
        if (standIn) {
            env.PULUMI_DEBUG_PROVIDERS = `aws:${standIn.port}`;
        }
        if (isDeployment) {
            env.PULUMI_DEBUG_GRPC = calls;
            env.PULUMI_DEBUG_COMMANDS = "true";
            args.push("--suppress-progress", "--event-log", events);
        }
        const run = await this.runWithSignals(args, env, step);
        standIn?.process.kill();
        if (step.command.startsWith("pulumi stack init")) {
            this.stack = args[2] ?? this.stack; // a new stack is the selected one
        }
        return {
            exitCode: run.exitCode ?? run.signal ?? "unknown",
            calls: isDeployment ? readCalls(calls, args.join(" "), this.normaliser) : [],
            events: isDeployment ? readEvents(events, this.normaliser) : [],
            stdout: this.normaliser.lines(run.stdout),
            stderr: this.normaliser
                .lines(run.stderr)
                .filter((line) => !line.startsWith("This is the test engine")),
            files: Object.fromEntries(Object.keys(step.files ?? {}).map((name) => [name, this.read(name)])),
            state: await this.exportState(),
        };
    }

    private async runWithSignals(
        args: string[],
        env: Record<string, string>,
        { signal, stillRunning }: TraceStep,
    ): Promise<PulumiRun> {
        const running = this.pulumi(env).start(...args);
        if (!signal) {
            return await running.finished;
        }
        const file = path.join(this.program, signal.when.split(" ")[1] ?? ""); // "file started exists"
        let [sent, last] = [0, 0];
        const watch = setInterval(() => {
            if (existsSync(file) && sent < signal.times && Date.now() - last >= SIGNAL_PAUSE_MS) {
                running.kill(signal.send);
                sent++;
                last = Date.now();
            }
        }, 50);
        const run = await running.finished;
        clearInterval(watch);
        if (stillRunning && stillRunning.length > 0) {
            await until(() => !existsSync(file), ORPHAN_MS); // the orphan finishes its work
            await new Promise((resolve) => setTimeout(resolve, 100));
        }
        running.killLeftovers();
        rmSync(file, { force: true });
        return run;
    }

    private async exportState(): Promise<Export> {
        const pulumi = this.pulumi({});
        const showSecrets = ["21-secrets", "29-config"].includes(this.trace.scenario);
        const checkpoint = path.join(this.program, ".backend/.pulumi/stacks/traces", `${this.stack}.json`);
        if (pulumi.engine === "test" && !showSecrets) {
            // What `stack export` prints, without starting a process for it.
            const { checkpoint: stored } = JSON.parse(readFileSync(checkpoint, "utf8")) as {
                checkpoint: { latest?: object };
            };
            if (stored.latest) {
                return this.normaliser.value({ version: 3, deployment: stored.latest }) as Export;
            }
        }
        const run = await pulumi.start("stack", "export", ...(showSecrets ? ["--show-secrets"] : []))
            .finished;
        return this.normaliser.value(JSON.parse(run.stdout)) as Export;
    }

    private pulumi(env: Record<string, string>): Pulumi {
        return new Pulumi({
            projectDirectory: this.program,
            backendDirectory: path.join(this.program, ".backend"),
            stack: this.stack,
            env: { PULUMI_CONFIG_PASSPHRASE: "traces", PATH: process.env.PATH ?? "", ...env },
        });
    }

    private read(name: string): string[] | null {
        const file = path.join(this.program, name);
        return existsSync(file) ? this.normaliser.lines(readFileSync(file, "utf8")) : null;
    }

    private prepare(folder: string): void {
        cpSync(path.join(TRACES, folder), this.program, { recursive: true });
        rmSync(path.join(this.program, "expected.json"));
        cpSync(path.join(TRACES, "shared"), path.join(this.work, "shared"), { recursive: true });
        if (!existsSync(path.join(this.work, "node_modules"))) {
            symlinkSync(NODE_MODULES, path.join(this.work, "node_modules"));
        }
        mkdirSync(path.join(this.program, ".backend"));
        this.write("package.json", '{ "name": "traces", "version": "1.0.0", "main": "index.ts" }\n');
        const runtime =
            'runtime:\n  name: nodejs\n  options:\n    typescript: false\n    nodeargs: "--require=tsx/cjs"\n';
        this.write(
            "Pulumi.yaml",
            `name: traces\n${runtime}plugins:\n  providers:\n    - name: aws\n      path: ../shared/aws\n`,
        );
    }

    private write(name: string, text: string): void {
        const file = path.join(this.program, name);
        if (!existsSync(file)) {
            writeFileSync(file, text);
        }
    }

    private startStandIn(): Promise<{ process: ChildProcess; port: string }> {
        const child = spawn(process.execPath, [path.join(this.work, "shared/aws/pulumi-resource-aws")], {
            stdio: ["ignore", "pipe", "inherit"],
        });
        return new Promise((resolve, reject) => {
            child.once("error", reject);
            child.stdout.once("data", (data: Buffer) =>
                resolve({ process: child, port: String(data).trim() }),
            );
        });
    }
}

async function until(condition: () => boolean, timeoutMs: number): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (!condition() && Date.now() < end) {
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}
