// The SDKs that the CLI makes of the plugin's schema: the examples in Go compile against one, those in Python run against the other, up to the engine that is not there.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ensurePythonWith } from "../../sandbox/aws/python";
import { type PluginOnPath, pluginOnPath } from "./pluginOnPath";
import { makeSdk, SDK_OF_GO } from "./sdks";

const execute = promisify(execFile);
const root = path.resolve(__dirname, "../..");
const examples = path.join(root, "examples");
const STORIES = ["quick-start", "move-from-helm"];
/** What a program asks Pulumi for, written to its output. */
const MOCKED = `
import asyncio, json, runpy, sys, pulumi
class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        print(json.dumps([args.typ, args.name, args.inputs]))
        return [args.name, args.inputs]
    def call(self, args):
        return {}
pulumi.runtime.set_all_config({"p:clusterName": "demo"})
loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
pulumi.runtime.set_mocks(Mocks(), project="p")
loop.run_until_complete(
    pulumi.runtime.stack.run_pulumi_func(lambda: runpy.run_path(sys.argv[1], run_name="__main__")))
`;

describe("the SDKs of the plugin", function () {
    this.timeout(600_000);
    const folder = mkdtempSync(path.join(tmpdir(), "sdks-"));
    let plugin: PluginOnPath;
    before(async () => {
        plugin = await pluginOnPath();
    });
    after(() => {
        plugin?.remove();
        rmSync(folder, { recursive: true, force: true });
    });

    it("let the examples in Go compile", async () => {
        const sdk = await makeSdk("go", plugin);
        const place = path.join(folder, "go-examples");
        cpSync(path.join(examples, "go"), place, { recursive: true });
        appendFileSync(path.join(place, "go.mod"), `\nreplace ${SDK_OF_GO} => ${sdk}\n`);
        const flags = ["-trimpath", "-buildvcs=false", "-gcflags=all=-dwarf=false", "-ldflags=-s -w"];
        for (const story of STORIES)
            await execute("go", ["build", ...flags, "-o", path.join(folder, story), `./${story}`], {
                cwd: place,
                env: { ...process.env, CGO_ENABLED: "0" },
                timeout: 500_000,
            });
    });

    it("let the examples in TypeScript compile", async () => {
        const sdk = await makeSdk("nodejs", plugin);
        const place = path.join(folder, "nodejs-examples");
        cpSync(path.join(examples, "nodejs"), place, { recursive: true });
        const modules = path.join(place, "node_modules");
        mkdirSync(modules);
        symlinkSync(sdk, path.join(modules, "pulumi-hyperpod-inference-sdk"));
        for (const name of ["@pulumi", "@types"])
            symlinkSync(path.join(root, "node_modules", name), path.join(modules, name));
        const compiler = path.join(root, "node_modules/typescript-native/bin/tsc");
        for (const story of STORIES)
            await execute(process.execPath, [compiler, "-p", path.join(place, story)], { timeout: 120_000 });
    });

    it("let the examples in Python make what they shall", async () => {
        const sdk = await makeSdk("python", plugin);
        const requirements = path.join(__dirname, "requirements.txt");
        const python = await ensurePythonWith(requirements, "programs in Python", console.error);
        const made = STORIES.map(async (story) => {
            const program = path.join(examples, "python", story, "__main__.py");
            const run = await execute(python, ["-c", MOCKED, program], {
                env: { ...process.env, PYTHONPATH: sdk, PYTHONDONTWRITEBYTECODE: "1" },
                timeout: 120_000,
            });
            return run.stdout
                .trim()
                .split("\n")
                .map((line) => JSON.parse(line) as unknown);
        });
        assert.deepEqual(await Promise.all(made), [
            [["hyperpod-inference:index:HyperPodInferenceAddon", "inference", { clusterName: "demo" }]],
            [["hyperpod-inference:index:HelmToAddonMigration", "move", { clusterName: "demo" }]],
        ]);
    });
});
