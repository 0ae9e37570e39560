// In: a lock file's path. Out: the lock, so that two processes do not build the same thing at once. Never waits for a dead owner.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const patience = 30 * 60_000;

/** Resolves to the function that releases the lock. */
export async function buildLock(file: string, progress: (line: string) => void): Promise<() => void> {
    const deadline = Date.now() + patience;
    for (let waits = 0; ; waits++) {
        if (tryLock(file)) return () => rmSync(file, { force: true });
        const owner = lockOwner(file);
        if (owner !== undefined && !isAlive(owner)) {
            rmSync(file, { force: true });
            continue;
        }
        if (Date.now() > deadline) {
            throw new Error(
                `Process ${owner} has held ${file} for 30 minutes. End it, delete the file and try again.`,
            );
        }
        if (waits % 30 === 0) progress(`waiting for process ${owner}, which is building the same tools ...`);
        await sleep(500);
    }
}

function tryLock(file: string): boolean {
    try {
        writeFileSync(file, String(process.pid), { flag: "wx" });
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
        throw error;
    }
}

function lockOwner(file: string): number | undefined {
    try {
        return Number(readFileSync(file, "utf8")) || undefined;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
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
