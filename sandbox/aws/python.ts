/** Requirements file in, a Python with those packages out, built once under .cache/venv/. Never uses a system package. */

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { isOlder, requiredPython } from "../tools/requirements";

const PROJECT = path.resolve(__dirname, "../..");
const REQUIREMENTS = path.join(__dirname, "requirements.txt");
const INSTALL_TIMEOUT_MS = 10 * 60_000;

/** The path of a Python interpreter that has the emulator's packages. */
export function ensurePython(progress: (line: string) => void = () => {}): Promise<string> {
    return ensurePythonWith(REQUIREMENTS, "the AWS emulator", progress);
}

/** The path of a Python interpreter that has the packages of a requirements file. */
export async function ensurePythonWith(
    requirements: string,
    purpose: string,
    progress: (line: string) => void = () => {},
): Promise<string> {
    const hash = createHash("sha256").update(await fs.readFile(requirements));
    const directory = path.join(PROJECT, ".cache/venv", hash.digest("hex").slice(0, 16));
    const interpreter = path.join(directory, "bin/python");
    const complete = path.join(directory, "complete");
    if (await exists(complete)) {
        return interpreter;
    }
    await checkPython();
    // Built beside its place and renamed is not possible (a venv knows its path), so `complete` marks the end.
    const lock = `${directory}.lock`;
    await withLock(lock, async () => {
        if (await exists(complete)) {
            return;
        }
        progress(`making a Python environment for ${purpose} (once, about 20 s)`);
        await fs.rm(directory, { recursive: true, force: true });
        await run("python3", ["-m", "venv", directory]);
        const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", requirements];
        await run(interpreter, pip, (line) => {
            const name = /^Collecting (\S+)/.exec(line)?.[1];
            if (name) {
                progress(`  ${name}`);
            }
        });
        await fs.writeFile(complete, "");
    });
    return interpreter;
}

export async function checkPython(): Promise<void> {
    const needed = `The sandbox needs Python ${requiredPython} or newer as python3 (with the venv module)`;
    let version: string;
    try {
        version = await run("python3", [
            "-c",
            "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])",
        ]);
    } catch (error) {
        throw new Error(`${needed}; it was not found or is incomplete: ${firstLine(error)}`);
    }
    if (isOlder(version.trim(), requiredPython)) {
        throw new Error(`${needed}; python3 is ${version.trim()}. Install a newer one and put it on PATH.`);
    }
}

async function withLock(lock: string, work: () => Promise<void>): Promise<void> {
    await fs.mkdir(path.dirname(lock), { recursive: true });
    const deadline = Date.now() + INSTALL_TIMEOUT_MS;
    while (!(await acquired(lock))) {
        if (Date.now() > deadline) {
            throw new Error(`Another process holds ${lock} for too long; delete it and try again.`);
        }
        await new Promise((resolve) => setTimeout(resolve, 250));
    }
    try {
        await work();
    } finally {
        await fs.rm(lock, { force: true });
    }
}

async function acquired(lock: string): Promise<boolean> {
    try {
        await fs.writeFile(lock, String(process.pid), { flag: "wx" });
        return true;
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
            throw error;
        }
    }
    const holder = Number(await fs.readFile(lock, "utf8").catch(() => ""));
    if (holder && !alive(holder)) {
        await fs.rm(lock, { force: true });
    }
    return false;
}

function alive(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch {
        return false;
    }
}

function run(command: string, args: string[], onLine: (line: string) => void = () => {}): Promise<string> {
    return new Promise((resolve, reject) => {
        // Not `timeout`: its timer would hold this process for ten minutes when the command does not exist.
        const signal = AbortSignal.timeout(INSTALL_TIMEOUT_MS);
        const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], signal });
        let output = "";
        let errors = "";
        child.stdout.on("data", (chunk: Buffer) => {
            output += chunk;
            String(chunk).split("\n").forEach(onLine);
        });
        child.stderr.on("data", (chunk: Buffer) => {
            errors += chunk;
        });
        child.on("error", reject);
        child.on("close", (code) =>
            code === 0
                ? resolve(output)
                : reject(new Error(`${command} ${args.join(" ")} ended with ${code}: ${errors.trim()}`)),
        );
    });
}

function firstLine(error: unknown): string {
    return String(error instanceof Error ? error.message : error).split("\n")[0] ?? "";
}

async function exists(file: string): Promise<boolean> {
    return fs.access(file).then(
        () => true,
        () => false,
    );
}
