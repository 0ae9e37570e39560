// The built plugin as a command on PATH, where the CLI and every language find it. Starts nothing.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildPackage } from "../component/builtPackage";

const root = path.resolve(__dirname, "../..");

export interface PluginOnPath {
    readonly folder: string;
    readonly executable: string;
    remove(): void;
}

export function pluginOnPath(): PluginOnPath {
    buildPackage();
    const folder = mkdtempSync(path.join(tmpdir(), "plugin-"));
    const executable = path.join(folder, "pulumi-resource-hyperpod-inference");
    writeFileSync(executable, `#!/bin/sh\nexec node '${path.join(root, "dist/plugin/main.js")}' "$@"\n`);
    chmodSync(executable, 0o755);
    return { folder, executable, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
