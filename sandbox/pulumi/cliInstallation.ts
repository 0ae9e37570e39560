// In: a Pulumi CLI, the pinned one or PULUMI=/path. Out: the path of that CLI with its language hosts beside it, where it finds them without a warning.
// Never changes the folder that the CLI came from.
import { createHash } from "node:crypto";
import {
    accessSync,
    chmodSync,
    constants,
    copyFileSync,
    existsSync,
    linkSync,
    mkdirSync,
    mkdtempSync,
    realpathSync,
    renameSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import path from "node:path";
import { ensurePulumi, ensurePulumiLanguages, ensurePulumiYaml, pulumiLanguagesBinary } from "../tools/tools";

const installations = path.resolve(__dirname, "../../.cache/pulumi");
const typescript = path.resolve(__dirname, "../typescript.cjs");

/** Commands that Pulumi starts by name. The second is what the SDK's own launcher does, without a process that stays in between. */
const launchers = {
    "pulumi-language-nodejs": `#!/bin/sh
SDK_HOST='${pulumiLanguagesBinary()}' exec node --require '${typescript}' '${path.join(__dirname, "languageHost/main.ts")}' "$@"
`,
    "pulumi-resource-pulumi-nodejs": `#!/bin/sh
exec node -e 'process.argv.splice(1, 0, "dynamic-provider"); require("@pulumi/pulumi/cmd/dynamic-provider")' -- "$@"
`,
};

type Hosts = Readonly<Record<string, string>>;

/** Hosts that are built where a project's runtime asks for them, by the name that the CLI looks for. */
async function hostsOf(runtime: string, progress: (line: string) => void): Promise<Hosts> {
    switch (runtime) {
        case "yaml":
            return { "pulumi-language-yaml": await ensurePulumiYaml(progress) };
        case "python":
        case "go":
            return { [`pulumi-language-${runtime}`]: await ensurePulumiLanguages(progress) };
        default:
            return {};
    }
}

/** `runtime` is that of the project's programs. */
export async function ensureCli(runtime: string, progress: (line: string) => void): Promise<string> {
    const wish = process.env.PULUMI ?? "";
    const cli = wish === "" ? await ensurePulumi(progress) : chosenCli(wish);
    if (existsSync(path.join(path.dirname(cli), "pulumi-language-nodejs"))) return cli;
    const hosts = await hostsOf(runtime, progress);
    const { size, mtimeMs } = statSync(cli);
    const key = JSON.stringify([cli, size, mtimeMs, hosts, launchers]);
    const folder = path.join(installations, createHash("sha256").update(key).digest("hex").slice(0, 16));
    if (!existsSync(folder)) install(folder, cli, hosts);
    return path.join(folder, "pulumi");
}

function chosenCli(wish: string): string {
    try {
        accessSync(wish, constants.X_OK);
        return realpathSync(wish);
    } catch (error) {
        throw new Error(
            `PULUMI=${wish} is no executable file: give the path of a pulumi CLI, or unset PULUMI to use the pinned one`,
            { cause: error },
        );
    }
}

/** Complete or not at all, although several processes may do it at once. */
function install(folder: string, cli: string, hosts: Hosts): void {
    mkdirSync(installations, { recursive: true });
    const making = mkdtempSync(path.join(installations, "making-"));
    try {
        linkOrCopy(cli, path.join(making, "pulumi"));
        for (const [name, host] of Object.entries(hosts)) symlinkSync(host, path.join(making, name));
        for (const [name, text] of Object.entries(launchers)) {
            writeFileSync(path.join(making, name), text);
            chmodSync(path.join(making, name), 0o755);
        }
        renameSync(making, folder);
    } catch (error) {
        rmSync(making, { recursive: true, force: true });
        if (!existsSync(folder)) throw error;
    }
}

/** Not a symbolic link: the CLI would look for its hosts where that leads. */
function linkOrCopy(from: string, to: string): void {
    try {
        linkSync(from, to);
    } catch {
        copyFileSync(from, to, constants.COPYFILE_FICLONE);
    }
}
