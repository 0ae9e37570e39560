// In: the Go modules beside this file. Out: built binaries in `.cache/tools/<module>-<hash>/`. Never downloads binaries.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildLock } from "./buildLock";
import {
    type Command,
    helm4,
    lanes,
    type Module,
    pulumi,
    pulumiJava,
    pulumiLanguages,
    pulumiYaml,
} from "./recipe";
import { requireGo } from "./requirements";

export interface Tools {
    etcd: string;
    kubeApiserver: string;
    kubeControllerManager: string;
    kubeScheduler: string;
    kubectl: string;
    helm: string;
    pulumi: string;
    /** Of kubectl and helm, for PATH. */
    binDirectory: string;
}

type Progress = (line: string) => void;

const toolsDirectory = resolve(__dirname, "../../.cache/tools");

/** Debugger tables cost a tenth of the compilation, and the linker throws them away. */
const compilerFlags = ["-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false"];

/** Builds each binary once per go.sum and flags; afterwards it only looks. */
export async function ensureTools(progress: Progress): Promise<Tools> {
    await ensureBuilt(lanes, progress);
    const binary = (name: string) => {
        const command = lanes.flat().find((one) => one.name === name);
        if (command === undefined) throw new Error(`no recipe for ${name}`);
        return binaryOf(command);
    };
    return {
        etcd: binary("etcd"),
        kubeApiserver: binary("kube-apiserver"),
        kubeControllerManager: binary("kube-controller-manager"),
        kubeScheduler: binary("kube-scheduler"),
        kubectl: binary("kubectl"),
        helm: binary("helm"),
        pulumi: binary("pulumi"),
        binDirectory: resolve(binary("helm"), ".."),
    };
}

/** The Pulumi CLI alone. */
export const ensurePulumi = (progress: Progress) => ensureCommand(pulumi, progress);

/** Helm 4; about 3 minutes the first time. */
export const ensureHelm4 = (progress: Progress) => ensureCommand(helm4, progress);

/** Pulumi's language host for YAML; about 2 minutes the first time. */
export const ensurePulumiYaml = (progress: Progress) => ensureCommand(pulumiYaml, progress);

/** Pulumi's language host for Java; about 2 minutes the first time. */
export const ensurePulumiJava = (progress: Progress) => ensureCommand(pulumiJava, progress);

/** The sandbox's language host for Python and Go, which makes SDKs for Node too; half a minute the first time. */
export const ensurePulumiLanguages = (progress: Progress) => ensureCommand(pulumiLanguages, progress);

/** Where it is once it is built. */
export const pulumiLanguagesBinary = () => binaryOf(pulumiLanguages);

async function ensureCommand(command: Command, progress: Progress): Promise<string> {
    await ensureBuilt([[command]], progress);
    return binaryOf(command);
}

async function ensureBuilt(wanted: readonly (readonly Command[])[], progress: Progress): Promise<void> {
    if (missingOf(wanted).length === 0) return;
    mkdirSync(toolsDirectory, { recursive: true });
    const release = await buildLock(join(toolsDirectory, "lock"), progress);
    try {
        const missing = missingOf(wanted); // another process may have built them while we waited
        if (missing.length > 0) await buildAll(missing, progress);
    } finally {
        release();
    }
}

function missingOf(wanted: readonly (readonly Command[])[]): Command[][] {
    return wanted
        .map((lane) => lane.filter((command) => !existsSync(binaryOf(command))))
        .filter((lane) => lane.length > 0);
}

function binaryOf(command: Command): string {
    return join(toolsDirectory, `${command.module}-${hashOf(command.module)}`, command.name);
}

/** One folder per module, so that a new version of one tool builds no other one again. */
function hashOf(module: Module): string {
    const hash = createHash("sha256");
    const folder = join(__dirname, module);
    for (const file of readdirSync(folder).sort()) hash.update(readFileSync(join(folder, file)));
    const commands = [...lanes.flat(), helm4, pulumiJava, pulumiLanguages, pulumiYaml].filter(
        (one) => one.module === module,
    );
    hash.update(JSON.stringify([commands, compilerFlags, process.platform, process.arch]));
    return hash.digest("hex").slice(0, 16);
}

async function buildAll(missing: readonly (readonly Command[])[], progress: Progress): Promise<void> {
    await requireGo();
    const names = missing.flat().map(({ name }) => name);
    progress(
        `building ${names.join(", ")} from Go modules, once; an interrupted build goes on where it stopped`,
    );
    await Promise.all(missing.map((lane) => buildLane(lane, progress)));
}

async function buildLane(lane: readonly Command[], progress: Progress): Promise<void> {
    for (const command of lane) await build(command, progress);
}

/** A half-written binary never gets its final name. */
async function build(command: Command, progress: Progress): Promise<void> {
    const started = Date.now();
    const seconds = () => Math.round((Date.now() - started) / 1000);
    const binary = binaryOf(command);
    const partial = `${binary}.partial-${process.pid}`;
    mkdirSync(resolve(binary, ".."), { recursive: true });
    progress(`building ${command.name} ...`);
    const ticker = setInterval(() => progress(`building ${command.name} ... ${seconds()} s`), 15_000);
    try {
        await goBuild(command, partial);
        renameSync(partial, binary);
        progress(`built ${command.name} in ${seconds()} s`);
    } finally {
        clearInterval(ticker);
        rmSync(partial, { force: true });
    }
}

function goBuild(command: Command, output: string): Promise<void> {
    const args = ["build", ...compilerFlags, "-ldflags", command.linkerFlags, "-o", output, command.package];
    return new Promise((done, failed) => {
        const child = spawn("go", args, {
            cwd: join(__dirname, command.module),
            env: { ...process.env, CGO_ENABLED: "0" },
            stdio: ["ignore", "ignore", "pipe"],
            timeout: 30 * 60_000,
        });
        let errors = "";
        child.stderr.on("data", (chunk: Buffer) => {
            errors = (errors + chunk.toString()).slice(-4000);
        });
        child.on("error", failed);
        child.on("close", (code, signal) => {
            if (code === 0) return done();
            failed(
                new Error(
                    `Building ${command.name} failed (${signal ?? `exit code ${code}`}):\n${errors.trim()}`,
                ),
            );
        });
    });
}
