// Says how the provider of a package is started, in the CLI's order: a running one (PULUMI_DEBUG_PROVIDERS), the
// project's `plugins.providers`, the SDK's dynamic provider, PATH, PULUMI_HOME. Starts nothing.
import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import type { Project } from "./project";

export const DYNAMIC_PACKAGE = "pulumi-nodejs";

export type PluginSource =
    | { kind: "running"; address: string }
    | { kind: "executable"; command: string; arguments: string[]; directory?: string };

export function findPlugin(
    packageName: string,
    version: string,
    project: Project,
    environment: NodeJS.ProcessEnv,
): PluginSource {
    const running = runningProvider(packageName, environment);
    if (running) {
        return { kind: "running", address: running };
    }
    const name = `pulumi-resource-${packageName}`;
    const configured = project.providerPaths[packageName];
    if (configured) {
        return inFolder(configured, name, project);
    }
    if (packageName === DYNAMIC_PACKAGE) {
        return { kind: "executable", command: "node", arguments: [sdkFile(project, "cmd/dynamic-provider")] };
    }
    const home = environment.PULUMI_HOME ?? path.join(environment.HOME ?? "/", ".pulumi");
    const folders = [
        ...(environment.PULUMI_IGNORE_AMBIENT_PLUGINS ? [] : (environment.PATH ?? "").split(path.delimiter)),
        path.join(home, "plugins", `resource-${packageName}-v${version}`),
    ];
    const folder = folders.find((candidate) => candidate !== "" && isExecutable(path.join(candidate, name)));
    if (!folder) {
        throw new Error(
            `no resource plugin '${name}' found in the workspace or on your $PATH. Name its folder in Pulumi.yaml under plugins.providers`,
        );
    }
    return { kind: "executable", command: path.join(folder, name), arguments: [] };
}

/** A file of the @pulumi/pulumi that the program itself uses. */
export function sdkFile(project: Project, name: string): string {
    const fromProgram = createRequire(path.join(project.programDirectory, "index.js"));
    try {
        return fromProgram.resolve(`@pulumi/pulumi/${name}`);
    } catch {
        throw new Error(
            `the Pulumi SDK is not installed for the program in ${project.programDirectory}. Run \`npm install\` there and try again`,
        );
    }
}

function inFolder(folder: string, name: string, project: Project): PluginSource {
    if (isExecutable(path.join(folder, name))) {
        return { kind: "executable", command: path.join(folder, name), arguments: [] };
    }
    if (existsSync(path.join(folder, "PulumiPlugin.yaml"))) {
        return {
            kind: "executable",
            command: "node",
            arguments: [sdkFile(project, "cmd/run-plugin"), folder],
        };
    }
    throw new Error(
        `${folder} (plugins.providers of Pulumi.yaml) holds neither an executable ${name} nor a PulumiPlugin.yaml`,
    );
}

function runningProvider(packageName: string, environment: NodeJS.ProcessEnv): string | undefined {
    for (const entry of (environment.PULUMI_DEBUG_PROVIDERS ?? "").split(",")) {
        const [name, port] = entry.split(":");
        if (name === packageName && port) {
            return `127.0.0.1:${port}`;
        }
    }
    return undefined;
}

function isExecutable(file: string): boolean {
    try {
        accessSync(file, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}
