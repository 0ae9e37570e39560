// In: a program's folder. Out: which Node and which packages it uses, for `pulumi about`; and, asked for, its packages installed as its package.json says.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import {
    AboutResponse,
    DependencyInfo,
    type GetProgramDependenciesRequest,
    GetProgramDependenciesResponse,
    type InstallDependenciesRequest,
    InstallDependenciesResponse,
} from "@pulumi/pulumi/proto/language_pb";
import { nodeProgram } from "./options";

const run = promisify(execFile);

interface Listed {
    version?: string;
    dependencies?: Record<string, Listed>;
}

export function about(): AboutResponse {
    return new AboutResponse().setExecutable(process.execPath).setVersion(process.version);
}

export async function programDependencies(
    request: GetProgramDependenciesRequest,
): Promise<GetProgramDependenciesResponse> {
    const { directory } = nodeProgram(request.getInfo());
    const depth = request.getTransitivedependencies() ? "--all" : "--depth=0";
    const { stdout } = await run("npm", ["ls", "--json", depth], { cwd: directory, timeout: 60_000 });
    const found = new Map<string, DependencyInfo>();
    collect(JSON.parse(stdout) as Listed, found);
    return new GetProgramDependenciesResponse().setDependenciesList([...found.values()]);
}

function collect({ dependencies = {} }: Listed, found: Map<string, DependencyInfo>): void {
    for (const [name, listed] of Object.entries(dependencies)) {
        const version = listed.version ?? "";
        found.set(`${name}@${version}`, new DependencyInfo().setName(name).setVersion(version));
        collect(listed, found);
    }
}

/** A plugin's folder that has its packages stays as it is: they may be links that npm would replace. */
export async function installDependencies(
    request: InstallDependenciesRequest,
    send: (response: InstallDependenciesResponse) => void,
    signal: AbortSignal,
): Promise<void> {
    const { directory } = nodeProgram(request.getInfo());
    const manifest = path.join(directory, "package.json");
    if (!existsSync(manifest)) return;
    if (request.getIsPlugin() && hasItsPackages(manifest)) return;
    const npm = spawn("npm", ["install", "--loglevel=error", "--no-audit", "--no-fund"], {
        cwd: directory,
        stdio: ["ignore", "pipe", "pipe"],
    });
    signal.addEventListener("abort", () => npm.kill("SIGKILL"));
    npm.stdout.on("data", (chunk: Buffer) => send(new InstallDependenciesResponse().setStdout(chunk)));
    npm.stderr.on("data", (chunk: Buffer) => send(new InstallDependenciesResponse().setStderr(chunk)));
    const [code] = (await once(npm, "close")) as [number | null];
    if (code !== 0) throw new Error(`npm install in ${directory} ended with exit code ${code}`);
}

function hasItsPackages(manifest: string): boolean {
    const { dependencies = {} } = JSON.parse(readFileSync(manifest, "utf8")) as Listed;
    const { resolve } = createRequire(manifest);
    return Object.keys(dependencies).every((name) =>
        (resolve.paths(name) ?? []).some((modules) => existsSync(path.join(modules, name))),
    );
}
