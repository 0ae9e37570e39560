// In: a command line and a log file. Out: a running process that dies with this one. Never restarts it by itself.
import { type ChildProcess as NodeChild, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";

const wrapper = join(__dirname, "dieWithParent.py");

export interface ChildProcessOptions {
    name: string;
    command: string;
    args: string[];
    logFile: string;
    env?: Record<string, string>;
}

export class ChildProcess {
    readonly exited: Promise<void>;
    private readonly child: NodeChild;
    private failure: Error | undefined;

    constructor(private readonly options: ChildProcessOptions) {
        const log = openSync(options.logFile, "a");
        // Detached: Ctrl-C in the terminal reaches the parent alone, which then stops everything in order.
        this.child = spawn(
            "python3",
            ["-S", wrapper, String(process.pid), options.command, ...options.args],
            {
                stdio: ["ignore", log, log],
                detached: true,
                env: { ...process.env, ...options.env },
            },
        );
        closeSync(log);
        this.exited = new Promise((resolve) => {
            this.child.once("exit", () => resolve());
            this.child.once("error", (error) => {
                this.failure = error;
                resolve();
            });
        });
    }

    get pid(): number | undefined {
        return this.child.pid;
    }

    get isRunning(): boolean {
        return this.failure === undefined && this.child.exitCode === null && this.child.signalCode === null;
    }

    signal(signal: NodeJS.Signals): void {
        this.child.kill(signal);
    }

    async kill(): Promise<void> {
        if (this.isRunning) this.child.kill("SIGKILL");
        await this.exited;
    }

    /** Throws with the end of the log when the process has ended although it should run. */
    assertRunning(): void {
        if (this.isRunning) return;
        const how = this.failure?.message ?? this.child.signalCode ?? `exit code ${this.child.exitCode}`;
        throw new Error(
            `${this.options.name} ended (${how}). The end of ${this.options.logFile}:\n${this.logTail()}`,
        );
    }

    logTail(): string {
        return readFileSync(this.options.logFile, "utf8").split("\n").slice(-25).join("\n").trim();
    }
}
