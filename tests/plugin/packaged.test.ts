// The plugin as users install it, offline and in empty folders: the npm package, whose command is on PATH, and the repository's folder. Each is found and started by the CLI, from a project of each language.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
    cpSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { ensureCli } from "../../sandbox/pulumi/installation";
import { type PluginOnPath, pluginOnPath } from "./pluginOnPath";

const execute = promisify(execFile);
const root = path.resolve(__dirname, "../..");
const NAME = "pulumi-resource-hyperpod-inference";
const FOLDER = ["PulumiPlugin.yaml", "package.json", "index.js"];
const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    version: string;
    devDependencies: Record<string, string>;
};
/** Refused by the plugin itself, before anything is asked of an account. */
const PROGRAM = `resources:
  move:
    type: hyperpod-inference:HelmToAddonMigration
    properties: { clusterName: demo, region: nowhere }
`;

describe("the plugin as it is installed", function () {
    this.timeout(300_000);
    const folder = mkdtempSync(path.join(tmpdir(), "installed-"));
    const empty = path.join(folder, "empty");
    const commands = path.join(empty, "node_modules/.bin");
    let bundle: PluginOnPath;

    const run = (command: string, args: readonly string[], cwd: string, more: NodeJS.ProcessEnv = {}) =>
        execute(command, args, {
            cwd,
            timeout: 120_000,
            env: {
                ...process.env,
                PULUMI_HOME: path.join(folder, "home"),
                PULUMI_BACKEND_URL: `file://${folder}`,
                PULUMI_CONFIG_PASSPHRASE: "offline",
                PULUMI_SKIP_UPDATE_CHECK: "true",
                PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
                PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
                ...more,
            },
        });
    const project = (name: string, runtime: string, more: string): string => {
        const place = path.join(folder, name);
        mkdirSync(place);
        writeFileSync(path.join(place, "Pulumi.yaml"), `name: ${name}\nruntime: ${runtime}\n${more}`);
        return place;
    };
    const isRefusedByThePlugin = async (place: string, ...first: string[]) => {
        const cli = await ensureCli("yaml", console.error);
        await run(cli, ["stack", "init", "dev", "--non-interactive"], place);
        const PATH = [...first, path.dirname(cli), process.env.PATH].join(path.delimiter);
        const preview = await run(cli, ["preview", "--stack", "dev", "--color", "never"], place, {
            PATH,
        }).then(
            () => assert.fail("was previewed"),
            (error: { stdout: string }) => error.stdout,
        );
        assert.match(preview, /must be an AWS Region, like us-west-2/);
    };

    before(async () => {
        bundle = pluginOnPath();
        mkdirSync(empty);
        await run("npm", ["pack", "--silent", "--pack-destination", folder], bundle.folder);
        const tarball = path.join(folder, `${NAME}-${manifest.version}.tgz`);
        writeFileSync(path.join(empty, "package.json"), '{ "private": true }');
        await run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], empty);
    });
    after(() => {
        bundle?.remove();
        rmSync(folder, { recursive: true, force: true });
    });

    it("from npm is a command that the CLI finds on PATH", async () => {
        const place = project("on-path", "yaml", PROGRAM);
        await isRefusedByThePlugin(place, commands);
    });

    /** As a clone has it after `npm install`. */
    const clonedFolder = (): string => {
        const place = path.join(folder, "clone/plugin");
        if (existsSync(place)) return place;
        const modules = path.join(place, "node_modules");
        mkdirSync(path.join(modules, "@pulumi"), { recursive: true });
        for (const name of FOLDER) cpSync(path.join(root, "plugin", name), path.join(place, name));
        symlinkSync(path.join(root, "node_modules/@pulumi/pulumi"), path.join(modules, "@pulumi/pulumi"));
        symlinkSync(path.join(empty, "node_modules", NAME), path.join(modules, NAME));
        return place;
    };

    it("from the repository's folder is named by path in a YAML project", async () => {
        const plugins = `plugins:\n  providers:\n    - name: hyperpod-inference\n      path: ${clonedFolder()}\n`;
        await isRefusedByThePlugin(project("by-path", "yaml", PROGRAM + plugins));
    });

    for (const language of ["python", "go"] as const)
        it(`from the repository's folder is added to a ${language} project, with an SDK`, async () => {
            const cli = await ensureCli(language, console.error);
            const place = project(`added-${language}`, language, "");
            await run(cli, ["package", "add", clonedFolder()], place);
            assert.match(
                readFileSync(path.join(place, "Pulumi.yaml"), "utf8"),
                /packages:\n\s+hyperpod-inference: .*clone\/plugin/,
            );
            assert.ok(existsSync(path.join(place, "sdks/hyperpod-inference")));
        });

    // Last, because from here on every project finds it.
    it("from a release's archive is installed with `--file`, into an empty home", async () => {
        const cli = await ensureCli("yaml", console.error);
        const archive = path.join(folder, "release.tar.gz");
        await run("tar", ["-czf", archive, "-C", bundle.folder, NAME], folder);
        const plugin = ["resource", "hyperpod-inference", manifest.version];
        await run(cli, ["plugin", "install", ...plugin, "--file", archive], folder);
        await isRefusedByThePlugin(project("from-release", "yaml", PROGRAM));
    });

    it("has one version everywhere, and the SDK that it was tried with", () => {
        const { version, dependencies } = JSON.parse(
            readFileSync(path.join(root, "plugin/package.json"), "utf8"),
        ) as { version: string; dependencies: Record<string, string> };
        assert.equal(version, manifest.version);
        assert.deepEqual(dependencies, {
            "@pulumi/pulumi": manifest.devDependencies["@pulumi/pulumi"],
            [NAME]: manifest.version,
        });
    });
});
