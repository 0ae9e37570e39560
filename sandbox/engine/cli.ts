#!/usr/bin/env node
// The test engine's command line: the commands of the real CLI that tests and the offline demo use. Chooses the command,
// handles interrupts and locks, and sets the exit code. For tests and the offline demo only.
import os from "node:os";
import { type CommandLine, readCommandLine } from "./commandLine";
import type { Deployment } from "./deployment";
import { type Kind, runOperation } from "./operation";
import * as stack from "./stackCommands";
import { Workspace } from "./workspace";

const NOTICE =
    "This is the test engine of this project, a small stand-in for the Pulumi CLI, for tests and the offline demo only.";
const CANCELED = 8;

let running: Deployment | undefined;
let interrupts = 0;
let releaseLock: () => void = () => undefined;

async function main(): Promise<number> {
    const line = readCommandLine(process.argv.slice(2));
    const { env } = process;
    const [command, ...rest] = line.command;
    switch (command) {
        case "preview":
            return await operate(line, "update", ["preview"]);
        case "up":
        case "update":
            return await operate(line, "update", phases(line));
        case "destroy":
            return await operate(line, "destroy", phases(line));
        case "refresh":
            return await operate(line, "refresh", phases(line));
        case "cancel":
            stack.cancel(line, env);
            return 0;
        case "version":
            console.log("v3.0.0-test-engine");
            return 0;
    }
    stackCommand(line, [command, rest[0]].join(" "), rest.slice(1));
    return 0;
}

const STACK_COMMANDS: Record<string, (line: CommandLine, rest: string[]) => void> = {
    "stack init": (line, [name]) => stack.stackInit(line, name, process.env),
    "stack rm": (line, [name]) => stack.stackRemove({ ...line, stack: name ?? line.stack }, process.env),
    "stack export": (line) => stack.stackExport(line, process.env),
    "stack import": (line) => stack.stackImport(line, process.env),
    "stack output": (line, [name]) => stack.stackOutput(line, name, process.env),
    "config set": (line, [key, value]) => stack.configSet(line, key, value, process.env),
    "state delete": (line, [urn]) => stack.stateDelete(line, urn, process.env),
};

function stackCommand(line: CommandLine, command: string, rest: string[]): void {
    const run = STACK_COMMANDS[command];
    if (!run) {
        throw new Error(`the test engine has no command '${command}'; use the real Pulumi CLI for it`);
    }
    run(line, rest);
}

function phases({ flags }: CommandLine): ("preview" | "act")[] {
    if (flags["preview-only"]) {
        return ["preview"];
    }
    if (!flags.yes) {
        throw new Error("--yes must be passed in to proceed when running in non-interactive mode");
    }
    return flags["skip-preview"] ? ["act"] : ["preview", "act"];
}

async function operate(line: CommandLine, kind: Kind, wanted: ("preview" | "act")[]): Promise<number> {
    process.stderr.write(`${NOTICE}\n`);
    if (kind !== "destroy" && line.flags.target) {
        throw new Error("the test engine knows --target for destroy only; use the real Pulumi CLI");
    }
    const workspace = new Workspace(line, process.env);
    for (const setting of line.flags.config ?? []) {
        const at = setting.indexOf("=");
        workspace.config.set(setting.slice(0, at), setting.slice(at + 1), {});
    }
    if (wanted.includes("act")) {
        const locks = workspace.backend.locks(workspace.stack);
        locks.acquire();
        releaseLock = () => locks.release();
    }
    const parallel = Number(
        line.flags.parallel ?? process.env.PULUMI_PARALLEL ?? 4 * os.availableParallelism(),
    );
    try {
        for (const phase of wanted) {
            const isPreview = phase === "preview";
            const onStart = (deployment: Deployment): void => {
                running = deployment;
            };
            const options = {
                workspace,
                kind,
                isPreview,
                flags: line.flags,
                environment: process.env,
                parallel,
                onStart,
            };
            if (!(await runOperation(options))) {
                return 1;
            }
        }
    } finally {
        releaseLock();
    }
    if (kind === "destroy" && wanted.includes("act") && !line.flags.target) {
        console.log(
            "The resources in the stack have been deleted, but the history and configuration associated with the stack are still maintained.\n" +
                `If you want to remove the stack completely, run \`pulumi stack rm ${workspace.stack}\`.`,
        );
    }
    return 0;
}

async function interrupt(): Promise<void> {
    interrupts++;
    if (!running) {
        releaseLock();
        process.exit(CANCELED);
    }
    if (interrupts === 1) {
        await running.cancel();
        return;
    }
    await running.terminate(); // the deployment comes to its end by itself now
}

// Whoever read the output may be gone; the operation still comes to its end and ends its providers.
for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
        if (error.code !== "EPIPE") {
            throw error;
        }
    });
}
process.on("SIGINT", () => void interrupt());
process.on("SIGTERM", () => void interrupt());
/** Pipes are written behind our back: what is not through yet would be lost with the process. */
async function exit(code: number): Promise<void> {
    for (const stream of [process.stdout, process.stderr]) {
        await new Promise<void>((resolve) => stream.write("", () => resolve()));
    }
    process.exit(code);
}

main().then(
    (code) => {
        if (interrupts > 1) {
            process.stderr.write("error: update cancelled\n");
        }
        return exit(interrupts > 1 ? CANCELED : code);
    },
    (error: Error) => {
        releaseLock();
        process.stderr.write(`error: ${error.message}\n`);
        return exit(1);
    },
);
