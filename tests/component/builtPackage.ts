// The examples use the package as installed; this builds it when a source is newer than what is built.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";

const root = path.resolve(__dirname, "../..");

function newest(file: string): number {
    const status = statSync(file);
    if (!status.isDirectory()) return status.mtimeMs;
    return Math.max(0, ...readdirSync(file).map((name) => newest(path.join(file, name))));
}

export function buildPackage(): void {
    const built = path.join(root, "dist", "index.js");
    const names = ["index.ts", "components", "provider", "tsconfig.build.json"];
    const source = Math.max(...names.map((name) => newest(path.join(root, name))));
    const isCurrent = () => existsSync(built) && statSync(built).mtimeMs > source;
    if (isCurrent()) return;
    const compiler = require.resolve("typescript/bin/tsc");
    const options = { cwd: root, timeout: 180_000, encoding: "utf8" } as const;
    const run = spawnSync(process.execPath, [compiler, "-p", "tsconfig.build.json"], options);
    // Type errors are the business of the type check; what counts here is that the package was written.
    if (!isCurrent()) throw new Error(`the package could not be built: ${run.stdout}${run.stderr}`);
}
