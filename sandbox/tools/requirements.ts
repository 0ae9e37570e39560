// In: PATH. Out: nothing, or one clear error line when go or python3 is missing or too old. Installs nothing.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { requiredGo } from "./recipe";

const run = promisify(execFile);

/** `make` looks for the same before anything is installed. */
export const requiredPython = "3.11";

export function isOlder(version: string, required: string): boolean {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    const [requiredMajor = 0, requiredMinor = 0] = required.split(".").map(Number);
    return major < requiredMajor || (major === requiredMajor && minor < requiredMinor);
}

async function requireVersion(
    command: string,
    args: string[],
    required: string,
    label: string,
): Promise<void> {
    let output: string;
    try {
        output = (await run(command, args, { timeout: 20_000 })).stdout;
    } catch (error) {
        const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
        const why = missing
            ? `\`${command}\` is not on PATH`
            : `\`${command} ${args.join(" ")}\` failed: ${(error as Error).message.trim()}`;
        throw new Error(
            `The sandbox needs ${label} ${required} or newer, but ${why}. Install it and try again.`,
        );
    }
    const version = /(\d+\.\d+(\.\d+)?)/.exec(output)?.[1];
    if (version === undefined || isOlder(version, required)) {
        throw new Error(
            `The sandbox needs ${label} ${required} or newer, but \`${command}\` is ${version ?? output.trim()}. ` +
                "Install a newer one and try again.",
        );
    }
}

/** Needed once, to build the control plane and helm. */
export function requireGo(command = "go"): Promise<void> {
    return requireVersion(command, ["env", "GOVERSION"], requiredGo, "Go");
}

/** Needed always: it ties child processes to their parent, and runs the AWS emulator. */
export function requirePython(command = "python3"): Promise<void> {
    return requireVersion(command, ["--version"], requiredPython, "Python");
}
