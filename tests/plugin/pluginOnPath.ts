// The bundled plugin as a command on PATH, where the CLI and every language find it. Starts nothing.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.resolve(__dirname, "../..");

export interface PluginOnPath {
    readonly folder: string;
    readonly executable: string;
    remove(): void;
}

export function pluginOnPath(): PluginOnPath {
    const folder = mkdtempSync(path.join(tmpdir(), "plugin-"));
    execFileSync(process.execPath, [path.join(root, "tools/bundle/main.mjs"), "--out", folder]);
    return {
        folder,
        executable: path.join(folder, "pulumi-resource-hyperpod-inference"),
        remove: () => rmSync(folder, { recursive: true, force: true }),
    };
}
