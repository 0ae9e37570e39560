// The bundled plugin as a command on PATH, where the CLI and every language find it. Starts nothing.
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const root = path.resolve(__dirname, "../..");

export interface PluginOnPath {
    readonly folder: string;
    readonly executable: string;
    remove(): void;
}

/** Bundled once per process. */
let bundled: string | undefined;

export function pluginOnPath(): PluginOnPath {
    const folder = mkdtempSync(path.join(tmpdir(), "plugin-"));
    bundled ??= bundle();
    cpSync(bundled, folder, { recursive: true });
    return {
        folder,
        executable: path.join(folder, "pulumi-resource-hyperpod-inference"),
        remove: () => rmSync(folder, { recursive: true, force: true }),
    };
}

function bundle(): string {
    const folder = mkdtempSync(path.join(tmpdir(), "bundled-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    execFileSync(process.execPath, [path.join(root, "tools/bundle/main.mjs"), "--out", folder]);
    return folder;
}
