// A running provider plugin: starts the executable in its own process group, reads the port from its first line, passes
// its further output on line by line, and ends it. A killed engine leaves it running, as a killed CLI does.
import { type ChildProcess, spawn } from "node:child_process";
import { eachLine } from "./lines";

const START_TIMEOUT_MS = 60_000;
const END_TIMEOUT_MS = 5_000;

export interface PluginStart {
    command: string;
    arguments: string[];
    directory: string;
    environment: NodeJS.ProcessEnv;
    onOutput: (line: string, stream: "stdout" | "stderr") => void;
}

export class PluginProcess {
    private constructor(
        readonly address: string,
        private readonly child: ChildProcess,
    ) {}

    static async start(start: PluginStart): Promise<PluginProcess> {
        const child = spawn(start.command, start.arguments, {
            cwd: start.directory,
            env: start.environment,
            stdio: ["ignore", "pipe", "pipe"],
            detached: true,
        });
        try {
            return new PluginProcess(`127.0.0.1:${await readPort(child, start)}`, child);
        } catch (error) {
            signalGroup(child, "SIGKILL");
            throw error;
        }
    }

    async end(): Promise<void> {
        const { child } = this;
        if (child.exitCode !== null || child.signalCode !== null) {
            return;
        }
        const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
        signalGroup(child, "SIGINT");
        const timer = setTimeout(() => signalGroup(child, "SIGKILL"), END_TIMEOUT_MS);
        await ended;
        clearTimeout(timer);
    }
}

function readPort(child: ChildProcess, start: PluginStart): Promise<number> {
    return new Promise((resolve, reject) => {
        const fail = (reason: string): void =>
            reject(new Error(`could not start plugin ${start.command}: ${reason}`));
        const timer = setTimeout(() => fail(`no port within ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
        let started = false;
        child.once("error", (error) => fail(error.message));
        child.once("exit", (code, signal) =>
            fail(`it ended with ${code ?? signal} before it printed a port`),
        );
        if (child.stderr) {
            eachLine(child.stderr, (line) => start.onOutput(line, "stderr"));
        }
        if (child.stdout) {
            eachLine(child.stdout, (line) => {
                if (started) {
                    start.onOutput(line, "stdout");
                    return;
                }
                started = true;
                clearTimeout(timer);
                const port = Number(line.trim());
                if (Number.isInteger(port) && port > 0) {
                    resolve(port);
                } else {
                    fail(`its first line is not a port: ${line}`);
                }
            });
        }
    });
}

/** The plugin and whatever it started itself. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
    if (child.pid === undefined) {
        return;
    }
    try {
        process.kill(-child.pid, signal);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") {
            throw error;
        }
    }
}
