// The bundled plugin as a command on PATH, where the CLI and every language find it. Starts nothing.
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { contentOf, madeOnce } from "./madeOnce";

const execute = promisify(execFile);
const root = path.resolve(__dirname, "../..");
/** All that the bundle is made of: what it takes from node_modules is pinned. */
const SOURCES = [
    "plugin",
    "common",
    "components",
    "provider",
    "tools/bundle",
    "package.json",
    "package-lock.json",
    "LICENSE",
];

export interface PluginOnPath {
    readonly folder: string;
    readonly executable: string;
    /** Tells one bundle from another. */
    readonly content: string;
    remove(): void;
}

export async function pluginOnPath(): Promise<PluginOnPath> {
    const folder = mkdtempSync(path.join(tmpdir(), "plugin-"));
    const content = contentOf(SOURCES);
    const bundle = path.join(root, "tools/bundle/main.mjs");
    const bundled = await madeOnce("bundled-plugin", [content, process.version], async (making) => {
        await execute(process.execPath, [bundle, "--out", making], { timeout: 120_000 });
    });
    cpSync(bundled, folder, { recursive: true });
    return {
        folder,
        executable: path.join(folder, "pulumi-resource-hyperpod-inference"),
        content,
        remove: () => rmSync(folder, { recursive: true, force: true }),
    };
}
