// The built plugin comes in; its SDK for a language, made by the CLI as a user makes it, goes out in a folder, which nobody writes to. Runs no program.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { version } from "../../plugin/schema.json";
import { ensureCli } from "../../sandbox/pulumi/cliInstallation";
import { ensurePulumiJava, ensurePulumiLanguages } from "../../sandbox/tools/tools";
import { compileSdk } from "./java";
import { madeOnce } from "./madeOnce";
import type { PluginOnPath } from "./pluginOnPath";

const root = path.resolve(__dirname, "../..");
const PYTHON_PACKAGE = "pulumi_hyperpod_inference";
const execute = promisify(execFile);
/** As in the go.mod of the examples. */
export const SDK_OF_GO = "github.com/pulumi-hyperpod-inference/pulumi-hyperpod-inference/sdk";
const GO_MODULE = `module ${SDK_OF_GO}

go 1.26.0

require github.com/pulumi/pulumi/sdk/v3 v3.276.0
`;

type SdkLanguage = "python" | "go" | "nodejs" | "java" | "dotnet";

/** For Python the folder is one for PYTHONPATH, for Go the root of the SDK's module, for Node a package that is built, for Java one with classes, for .NET a project. */
export async function makeSdk(language: SdkLanguage, plugin: PluginOnPath): Promise<string> {
    // What makes SDKs is built before the command's own time begins.
    await ensurePulumiLanguages(console.error);
    const cli = await ensureCli(language, console.error);
    const sdk = await madeOnce("sdks", [plugin.content, language, cli, GO_MODULE], async (making) => {
        await generate(cli, language, plugin, making);
        await finish[language](path.join(making, language));
    });
    return language === "go" ? sdk : path.join(sdk, language);
}

async function generate(cli: string, language: SdkLanguage, plugin: PluginOnPath, out: string) {
    const home = mkdtempSync(path.join(tmpdir(), "sdk-home-"));
    // The CLI knows no host of its own for Java.
    const commands = language === "java" ? [path.dirname(await ensurePulumiJava(console.error))] : [];
    try {
        const args = ["package", "gen-sdk", plugin.executable, "--language", language, "--out", out];
        await execute(cli, args, {
            timeout: 120_000,
            env: {
                ...process.env,
                PATH: [...commands, process.env.PATH].join(path.delimiter),
                PULUMI_HOME: home,
                PULUMI_SKIP_UPDATE_CHECK: "true",
                PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            },
        });
    } finally {
        rmSync(home, { recursive: true, force: true });
    }
}

/** What a user's tools do after the CLI. */
const finish: Record<SdkLanguage, (sdk: string) => Promise<void>> = {
    // As pip leaves it: the SDK looks up its own version there.
    python: async (sdk) => {
        const metadata = path.join(sdk, `${PYTHON_PACKAGE}-${version}.dist-info`);
        mkdirSync(metadata);
        const lines = ["Metadata-Version: 2.1", `Name: ${PYTHON_PACKAGE}`, `Version: ${version}`];
        writeFileSync(path.join(metadata, "METADATA"), `${lines.join("\n")}\n`);
    },
    nodejs: async (sdk) => {
        symlinkSync(path.join(root, "node_modules"), path.join(sdk, "node_modules"));
        const compiler = path.join(root, "node_modules/typescript-native/bin/tsc");
        await execute(process.execPath, [compiler, "--skipLibCheck"], { cwd: sdk, timeout: 120_000 });
    },
    java: compileSdk,
    dotnet: async () => {},
    go: async (sdk) => writeFileSync(path.join(sdk, "../go.mod"), GO_MODULE),
};
