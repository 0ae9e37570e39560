// Examples and policy packs are used as installed; this builds one when a source is newer than what is built.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

const root = path.resolve(__dirname, "../..");

function newest(file: string): number {
    const status = statSync(file);
    if (!status.isDirectory()) return status.mtimeMs;
    return Math.max(0, ...readdirSync(file).map((name) => newest(path.join(file, name))));
}

interface Built {
    /** Written last, or at least together with everything else. */
    readonly entry: string;
    readonly sources: readonly string[];
    /** Of the compiler. */
    readonly project: string;
}

export function buildPackage(): void {
    const sources = ["index.ts", "common", "components", "provider"];
    build({ entry: "dist/index.js", sources, project: "tsconfig.build.json" });
}

export function buildPolicies(): void {
    const sources = ["policy/index.ts", "policy/policies"];
    build({ entry: "policy/dist/index.js", sources, project: "policy/tsconfig.build.json" });
}

function build({ entry, sources, project }: Built): void {
    const built = path.join(root, entry);
    const source = Math.max(...[...sources, project].map((name) => newest(path.join(root, name))));
    const isCurrent = () => existsSync(built) && statSync(built).mtimeMs > source;
    if (isCurrent()) return;
    const compiler = path.join(root, "node_modules/typescript-native/bin/tsc");
    const options = { cwd: root, timeout: 180_000, encoding: "utf8" } as const;
    const run = spawnSync(process.execPath, [compiler, "-p", project], options);
    // Type errors are the business of the type check; what counts here is that the package was written.
    if (!isCurrent()) throw new Error(`${entry} could not be built: ${run.stdout}${run.stderr}`);
}
