// In: the Go modules beside this file. Out: built binaries in `.cache/tools/<hash>/bin`. Never downloads binaries.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildLock } from "./buildLock";
import { type BuildStep, buildSteps, helm4Step } from "./recipe";
import { requireGo } from "./requirements";

export interface Tools {
    etcd: string;
    kubeApiserver: string;
    kubeControllerManager: string;
    kubeScheduler: string;
    kubectl: string;
    helm: string;
    binDirectory: string;
}

const projectRoot = resolve(__dirname, "../..");

/** Builds once per go.sum and flags; afterwards it only looks. */
export async function ensureTools(progress: (line: string) => void): Promise<Tools> {
    const folder = join(projectRoot, ".cache/tools", recipeHash());
    const binDirectory = await ensureBuilt(folder, buildSteps, progress);
    return {
        etcd: join(binDirectory, "etcd"),
        kubeApiserver: join(binDirectory, "kube-apiserver"),
        kubeControllerManager: join(binDirectory, "kube-controller-manager"),
        kubeScheduler: join(binDirectory, "kube-scheduler"),
        kubectl: join(binDirectory, "kubectl"),
        helm: join(binDirectory, "helm"),
        binDirectory,
    };
}

/** Helm 4 beside the others; about 3 minutes the first time. */
export async function ensureHelm4(progress: (line: string) => void): Promise<string> {
    const folder = join(projectRoot, ".cache/tools", `helm4-${hashOf(["helm4"], [helm4Step])}`);
    return join(await ensureBuilt(folder, [helm4Step], progress), "helm4");
}

/** Answers the folder of the binaries. */
async function ensureBuilt(
    folder: string,
    steps: readonly BuildStep[],
    progress: (line: string) => void,
): Promise<string> {
    const binDirectory = join(folder, "bin");
    if (missingCommands(binDirectory, steps).length === 0) return binDirectory;
    mkdirSync(binDirectory, { recursive: true });
    const release = await buildLock(join(folder, "lock"), progress);
    try {
        await buildMissing(binDirectory, steps, progress);
    } finally {
        release();
    }
    return binDirectory;
}

/** Also what a CI cache is keyed by. */
export function recipeHash(): string {
    return hashOf(["kube", "etcd"], buildSteps);
}

function hashOf(modules: readonly BuildStep["module"][], steps: readonly BuildStep[]): string {
    const hash = createHash("sha256");
    for (const module of modules) {
        for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(__dirname, module, file)));
    }
    hash.update(JSON.stringify([steps, process.platform, process.arch]));
    return hash.digest("hex").slice(0, 16);
}

function missingCommands(binDirectory: string, steps: readonly BuildStep[]): string[] {
    return steps
        .flatMap((step) => Object.keys(step.commands))
        .filter((name) => !existsSync(join(binDirectory, name)));
}

async function buildMissing(
    binDirectory: string,
    steps: readonly BuildStep[],
    progress: (line: string) => void,
): Promise<void> {
    const missing = steps.filter((step) => missingCommands(binDirectory, [step]).length > 0);
    if (missing.length === 0) return; // another process has built them while we waited
    await requireGo();
    progress(
        `Building ${missing.map(({ title }) => title).join(", ")} from Go modules: once, up to 6 minutes on 2 cores.`,
    );
    for (const step of missing) await build(step, binDirectory, progress);
}

/** A half-written binary never gets its final name. */
async function build(step: BuildStep, binDirectory: string, progress: (line: string) => void): Promise<void> {
    const started = Date.now();
    const seconds = () => Math.round((Date.now() - started) / 1000);
    const partial = `${binDirectory}.partial-${process.pid}`;
    mkdirSync(partial, { recursive: true });
    progress(`building ${step.title} ...`);
    const ticker = setInterval(() => progress(`building ${step.title} ... ${seconds()} s`), 15_000);
    try {
        await goBuild(step, partial);
        for (const name of builtNames(step)) {
            renameSync(join(partial, name.built), join(binDirectory, name.wanted));
        }
        progress(`built ${step.title} in ${seconds()} s`);
    } finally {
        clearInterval(ticker);
        rmSync(partial, { recursive: true, force: true });
    }
}

/** `go build -o folder/` names a binary after the last path element that is not a major version. */
function builtNames(step: BuildStep): { built: string; wanted: string }[] {
    return Object.entries(step.commands).map(([wanted, path]) => {
        const elements = path.split("/").filter((element) => !/^v\d+$/.test(element));
        return { built: elements[elements.length - 1] ?? wanted, wanted };
    });
}

function goBuild(step: BuildStep, output: string): Promise<void> {
    const args = ["build", "-trimpath", "-buildvcs=false", "-ldflags", step.linkerFlags, "-o", `${output}/`];
    return new Promise((done, failed) => {
        const child = spawn("go", [...args, ...Object.values(step.commands)], {
            cwd: join(__dirname, step.module),
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
                    `Building ${step.title} failed (${signal ?? `exit code ${code}`}):\n${errors.trim()}`,
                ),
            );
        });
    });
}
