// In: nothing, or a folder. Out: the sandbox's working folder. Also sweeps folders whose sandbox was killed.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const prefix = "hyperpod-sandbox-";
const ownerFile = "owner.pid";
/** Linux allows 108 bytes for the path of a Unix socket. */
const longestPath = 90;

export interface SandboxDirectory {
    path: string;
    /** Removes it, unless the caller chose it. */
    remove(): void;
}

export function sandboxDirectory(chosen?: string): SandboxDirectory {
    sweep();
    const path = chosen === undefined ? mkdtempSync(join(tmpdir(), prefix)) : resolve(chosen);
    if (path.length > longestPath) {
        throw new Error(
            `${path} is too long for a socket's path. Choose a folder of at most ${longestPath} letters.`,
        );
    }
    mkdirSync(join(path, "logs"), { recursive: true });
    writeFileSync(join(path, ownerFile), String(process.pid));
    return {
        path,
        remove: () => {
            if (chosen === undefined) rmSync(path, { recursive: true, force: true, maxRetries: 5 });
        },
    };
}

function sweep(): void {
    for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
        const path = join(tmpdir(), name);
        const owner = ownerOf(path);
        if (owner !== undefined && !isAlive(owner)) rmSync(path, { recursive: true, force: true });
    }
}

function ownerOf(path: string): number | undefined {
    try {
        return Number(readFileSync(join(path, ownerFile), "utf8")) || undefined;
    } catch (error) {
        if (["ENOENT", "ENOTDIR", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? ""))
            return undefined;
        throw error;
    }
}

function isAlive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
}
