// Starts the plugin over a cluster in memory as a process of its own, for the engine to attach to; tells it what shall go wrong. Asserts only that it was heard.
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import type { Pulumi, PulumiRun } from "../../sandbox/pulumi/driver";
import type { Order, Told } from "./memoryPlugin";

export class AttachedPlugin {
    private constructor(
        private readonly child: ChildProcess,
        private readonly port: string,
    ) {}

    /** `planted` is put into every Secret of the cluster. */
    static async start(planted = ""): Promise<AttachedPlugin> {
        const child = fork(path.join(__dirname, "memoryPlugin.ts"), [], {
            execArgv: ["--require", "ts-node/register"],
            stdio: ["ignore", "pipe", "inherit", "ipc"],
            env: { ...process.env, PLANTED_IN_SECRET: planted },
        });
        const port = await new Promise<string>((resolve, reject) => {
            child.stdout?.on("data", (line: Buffer) => resolve(String(line).trim()));
            child.once("exit", (code) => reject(new Error(`the plugin ended with ${code}`)));
        });
        return new AttachedPlugin(child, port);
    }

    /** With it the engine starts no plugin of its own. */
    get env(): Record<string, string> {
        return { PULUMI_DEBUG_PROVIDERS: `hyperpod-inference:${this.port}` };
    }

    order(given: Order): void {
        this.child.send(given);
    }

    /** How the cluster differs from its start; empty when it does not. */
    async differences(): Promise<string | undefined> {
        const answer = this.told();
        this.order({ compare: true });
        return (await answer).differences;
    }

    /** The user's first ^C before a write, which a terminal sends to the CLI and the CLI tells the plugin. */
    async interrupted(pulumi: Pulumi, command: "up" | "destroy", atWrite: number): Promise<PulumiRun> {
        this.order({ interruptAt: atWrite });
        const reached = this.told();
        const running = pulumi.start(command, "--yes", "--skip-preview");
        await Promise.race([reached, running.finished]);
        running.kill("SIGINT");
        const run = await running.finished;
        assert.notEqual(run.exitCode, 0, run.stdout);
        assert.match(run.stdout, /stopped at a safe point: interrupted/);
        return run;
    }

    end(): void {
        this.child.kill("SIGKILL");
    }

    private told(): Promise<Told> {
        return new Promise((resolve) => this.child.once("message", resolve));
    }
}
