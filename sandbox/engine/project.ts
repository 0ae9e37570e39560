// Reads Pulumi.yaml: name, program folder, runtime options and provider plugins, resolved against the project's folder.
// Looks upwards from the given folder, as the CLI does. Writes nothing.
import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { load } from "js-yaml";

export interface Project {
    name: string;
    /** Where Pulumi.yaml lies. */
    root: string;
    /** Working directory of program and providers. */
    programDirectory: string;
    /** `.` or a file in the program's directory. */
    entryPoint: string;
    runtimeOptions: { typescript: boolean; nodeargs: string[]; tsconfig?: string };
    providerPaths: Record<string, string>;
    stackConfigDirectory: string;
    /** Values under `config` of Pulumi.yaml that a stack does not set itself. */
    defaultConfig: Record<string, unknown>;
}

interface ProjectFile {
    name?: string;
    main?: string;
    runtime?: string | { name?: string; options?: Record<string, unknown> };
    plugins?: { providers?: { name: string; path: string }[] };
    stackConfigDir?: string;
    config?: Record<string, unknown>;
}

export function readProject(directory: string): Project {
    const file = findProjectFile(path.resolve(directory));
    const root = path.dirname(file);
    const parsed = load(readFileSync(file, "utf8")) as ProjectFile;
    if (!parsed?.name) {
        throw new Error(`could not load the project: ${file} has no 'name'`);
    }
    const runtime = typeof parsed.runtime === "string" ? { name: parsed.runtime } : (parsed.runtime ?? {});
    if (runtime.name !== "nodejs") {
        throw new Error(`the test engine runs Node programs only; ${file} says runtime ${runtime.name}`);
    }
    const main = path.resolve(root, parsed.main ?? ".");
    const isDirectory = existsSync(main) && statSync(main).isDirectory();
    return {
        name: parsed.name,
        root,
        programDirectory: isDirectory ? main : path.dirname(main),
        entryPoint: isDirectory ? "." : path.basename(main),
        runtimeOptions: readRuntimeOptions(runtime.options ?? {}),
        providerPaths: Object.fromEntries(
            (parsed.plugins?.providers ?? []).map((plugin) => [plugin.name, path.resolve(root, plugin.path)]),
        ),
        stackConfigDirectory: path.resolve(root, parsed.stackConfigDir ?? "."),
        defaultConfig: parsed.config ?? {},
    };
}

function readRuntimeOptions(options: Record<string, unknown>): Project["runtimeOptions"] {
    const nodeargs =
        typeof options.nodeargs === "string" ? options.nodeargs.split(/\s+/).filter(Boolean) : [];
    return {
        typescript: options.typescript !== false,
        nodeargs,
        ...(typeof options.tsconfig === "string" ? { tsconfig: options.tsconfig } : {}),
    };
}

function findProjectFile(directory: string): string {
    for (const name of ["Pulumi.yaml", "Pulumi.yml"]) {
        const file = path.join(directory, name);
        if (existsSync(file)) {
            return file;
        }
    }
    const parent = path.dirname(directory);
    if (parent === directory) {
        throw new Error(
            "no Pulumi.yaml project file found (searching upwards from the working directory). Give the project's folder with --cwd",
        );
    }
    return findProjectFile(parent);
}
