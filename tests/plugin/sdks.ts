// The built plugin comes in; its SDK for a language, made by the CLI as a user makes it, goes out in a folder. Runs no program.
import { execFile } from "node:child_process";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { version } from "../../plugin/schema.json";
import { ensureCli, SDK_OF_NODE } from "../../sandbox/pulumi/installation";

const root = path.resolve(__dirname, "../..");
const PYTHON_PACKAGE = "pulumi_hyperpod_inference";
const execute = promisify(execFile);
/** As in the go.mod of the examples. */
export const SDK_OF_GO = "github.com/pulumi-hyperpod-inference/pulumi-hyperpod-inference/sdk";
const GO_MODULE = `module ${SDK_OF_GO}

go 1.26.0

require github.com/pulumi/pulumi/sdk/v3 v3.276.0
`;

/** For Python the folder is one for PYTHONPATH, for Go the root of the SDK's module, for Node a package that is built. */
export async function makeSdk(
    language: "python" | "go" | "nodejs",
    executable: string,
    folder: string,
): Promise<string> {
    const cli = await ensureCli(language === "nodejs" ? SDK_OF_NODE : language, console.error);
    const out = path.join(folder, `sdk-${language}`);
    await execute(cli, ["package", "gen-sdk", executable, "--language", language, "--out", out], {
        timeout: 120_000,
        env: {
            ...process.env,
            PULUMI_HOME: path.join(folder, "home"),
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        },
    });
    if (language === "python") {
        // As pip leaves it: the SDK looks up its own version there.
        const metadata = path.join(out, "python", `${PYTHON_PACKAGE}-${version}.dist-info`);
        mkdirSync(metadata);
        const lines = ["Metadata-Version: 2.1", `Name: ${PYTHON_PACKAGE}`, `Version: ${version}`];
        writeFileSync(path.join(metadata, "METADATA"), `${lines.join("\n")}\n`);
        return path.join(out, "python");
    }
    if (language === "nodejs") {
        const sdk = path.join(out, "nodejs");
        symlinkSync(path.join(root, "node_modules"), path.join(sdk, "node_modules"));
        const compiler = path.join(root, "node_modules/typescript/bin/tsc");
        await execute(process.execPath, [compiler, "--skipLibCheck"], { cwd: sdk, timeout: 120_000 });
        return sdk;
    }
    const module = path.join(folder, "go-module");
    mkdirSync(module);
    renameSync(path.join(out, "go"), path.join(module, "go"));
    writeFileSync(path.join(module, "go.mod"), GO_MODULE);
    return module;
}
