// The plugin as users install it, offline and in empty folders: the npm package, whose command is on PATH, the repository's folder, and a release's archives. Each is found and started by the CLI; a program of each language, with the SDK that the CLI adds to it, reaches the plugin.
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
import { ensurePythonWith } from "../../sandbox/aws/python";
import { ensureCli } from "../../sandbox/pulumi/cliInstallation";
import { ensurePulumiLanguages } from "../../sandbox/tools/tools";
import { type PluginOnPath, pluginOnPath } from "./pluginOnPath";
import { SDK_OF_GO } from "./sdks";

const execute = promisify(execFile);
const root = path.resolve(__dirname, "../..");
const NAME = "pulumi-resource-hyperpod-inference";
const FOLDER = ["PulumiPlugin.yaml", "package.json", "index.js"];
const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    version: string;
    devDependencies: Record<string, string>;
};
/** Of a plugin that is installed, and only of that: for one on PATH Pulumi asks its registry. */
const BY_NAME = `hyperpod-inference@${manifest.version}`;
/** Of programs with the SDK that the CLI adds. */
const PROGRAMS: Readonly<Record<"python" | "go" | "nodejs", readonly [file: string, text: string]>> = {
    python: [
        "__main__.py",
        `import pulumi_hyperpod_inference as hyperpod

hyperpod.HelmToAddonMigration("move", cluster_name="demo", region="nowhere")
`,
    ],
    go: [
        "main.go",
        `package main

import (
	hyperpod "${SDK_OF_GO}/go/hyperpodinference"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		_, err := hyperpod.NewHelmToAddonMigration(ctx, "move", &hyperpod.HelmToAddonMigrationArgs{
			ClusterName: pulumi.String("demo"),
			Region:      pulumi.String("nowhere"),
		})
		return err
	})
}
`,
    ],
    nodejs: [
        "index.ts",
        `import { HelmToAddonMigration } from "pulumi-hyperpod-inference-sdk";

new HelmToAddonMigration("move", { clusterName: "demo", region: "nowhere" });
`,
    ],
};
/** Refused by the plugin itself, before anything is asked of an account. */
const PROGRAM = `resources:
  move:
    type: hyperpod-inference:HelmToAddonMigration
    properties: { clusterName: demo, region: nowhere }
`;

/** A TypeScript project with the versions of the repository's lock file, which npm has kept: it asks no registry. */
function keptByNpm(place: string): void {
    const { packages } = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")) as {
        packages: Record<string, { link?: boolean; version: string }>;
    };
    const versions = ["@pulumi/pulumi", "@types/node", "typescript"].map((name) => [
        name,
        packages[`node_modules/${name}`]?.version,
    ]);
    const dependencies = Object.fromEntries(versions);
    const own = { name: "typescript", version: "1.0.0", private: true, main: "index.ts", dependencies };
    const others = Object.entries(packages).filter(
        ([where, { link }]) => where.startsWith("node_modules/") && !link,
    );
    const lock = { lockfileVersion: 3, packages: { "": own, ...Object.fromEntries(others) } };
    writeFileSync(path.join(place, "package.json"), JSON.stringify(own));
    writeFileSync(path.join(place, "package-lock.json"), JSON.stringify(lock));
}

/** Packed small, 100 MB take five seconds of a processor. */
const QUICK = { GZIP: "-1" };

interface Environment {
    readonly language?: string;
    /** Folders before all others on PATH. */
    readonly first?: readonly string[];
    readonly only?: string;
    readonly env?: NodeJS.ProcessEnv;
}

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
    /** `only` stands in place of the PATH that programs usually have. */
    const isRefusedByThePlugin = async (
        place: string,
        { language = "yaml", first = [], only = process.env.PATH, env = {} }: Environment = {},
    ) => {
        const cli = await ensureCli(language, console.error);
        await run(cli, ["stack", "select", "dev", "--create", "--non-interactive"], place);
        const PATH = [...first, path.dirname(cli), only].join(path.delimiter);
        const flags = ["--stack", "dev", "--color", "never"];
        const preview = await run(cli, ["preview", ...flags], place, { ...env, PATH }).then(
            () => assert.fail("was previewed"),
            (error: { stdout: string }) => error.stdout,
        );
        assert.match(preview, /must be an AWS Region, like us-west-2/);
    };

    before(async () => {
        bundle = await pluginOnPath();
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
        await isRefusedByThePlugin(place, { first: [commands] });
    });

    /** A project with the SDK that the CLI adds. */
    const withSdk = async (language: keyof typeof PROGRAMS, plugin: string) => {
        const cli = await ensureCli(language, console.error);
        const place = project(`with-sdk-${language}`, language, "");
        writeFileSync(path.join(place, PROGRAMS[language][0]), PROGRAMS[language][1]);
        await run(cli, ["package", "add", plugin], place);
        return { place, sdk: path.join(place, "sdks/hyperpod-inference") };
    };

    it("from npm gives its SDK by the command's path, and a Go program whose module file names it uses the command on PATH", async () => {
        const { place } = await withSdk("go", path.join(commands, NAME));
        const examples = path.join(root, "examples/go");
        const required = readFileSync(path.join(examples, "go.mod"), "utf8");
        const module = required.replace(`${SDK_OF_GO} v`, `${SDK_OF_GO}/go v`);
        const replaced = `replace ${SDK_OF_GO}/go => ./sdks/hyperpod-inference\n`;
        writeFileSync(path.join(place, "go.mod"), `${module}\n${replaced}`);
        cpSync(path.join(examples, "go.sum"), path.join(place, "go.sum"));
        await isRefusedByThePlugin(place, { language: "go", first: [commands], env: { GOPROXY: "off" } });
    });

    it("from npm gives its SDK to a Python program too, for pip to install", async () => {
        const { place, sdk } = await withSdk("python", path.join(commands, NAME));
        const requirements = path.join(__dirname, "requirements.txt");
        const python = await ensurePythonWith(requirements, "programs in Python", console.error);
        const PYTHONPATH = path.join(place, "installed");
        const offline = ["--no-index", "--no-deps", "--no-build-isolation", "--quiet"];
        await run(python, ["-m", "pip", "install", ...offline, "--target", PYTHONPATH, sdk], place);
        const first = [commands, path.dirname(python)];
        await isRefusedByThePlugin(place, { language: "python", first, env: { PYTHONPATH } });
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

    let typescript: string;
    it("from the repository's folder is added to a TypeScript project, with an SDK that npm installs and compiles", async () => {
        await ensurePulumiLanguages(console.error);
        const cli = await ensureCli("nodejs", console.error);
        typescript = project("typescript", "nodejs", "");
        writeFileSync(path.join(typescript, PROGRAMS.nodejs[0]), PROGRAMS.nodejs[1]);
        keptByNpm(typescript);
        await run(cli, ["package", "add", clonedFolder()], typescript, { npm_config_offline: "true" });
        assert.match(
            readFileSync(path.join(typescript, "package.json"), "utf8"),
            /"pulumi-hyperpod-inference-sdk":\s*"file:sdks\/hyperpod-inference"/,
        );
        await isRefusedByThePlugin(typescript, { language: "nodejs" });
    });

    const isInstalled = async (archive: string, home: string) => {
        const cli = await ensureCli("yaml", console.error);
        const plugin = ["resource", "hyperpod-inference", manifest.version];
        const PULUMI_HOME = path.join(folder, home);
        await run(cli, ["plugin", "install", ...plugin, "--file", archive], folder, { PULUMI_HOME });
        return { PULUMI_HOME };
    };

    describe("from an archive of the one file, installed with `--file` into an empty home", () => {
        let env: { PULUMI_HOME: string };
        before(async () => {
            const archive = path.join(folder, "one-file.tar.gz");
            await run("tar", ["-czf", archive, "-C", bundle.folder, NAME], folder, QUICK);
            env = await isInstalled(archive, "home-of-one-file");
        });

        it("is used by a YAML program, which needs no SDK", async () => {
            await isRefusedByThePlugin(project("from-one-file", "yaml", PROGRAM), { env });
        });

        it("gives its SDK by name and version", async () => {
            const cli = await ensureCli("go", console.error);
            const place = project("added-by-name", "go", "");
            await run(cli, ["package", "add", BY_NAME], place, env);
            assert.ok(existsSync(path.join(place, "sdks/hyperpod-inference/hyperpodinference")));
        });

        it("is used by a TypeScript program that has its SDK", async () => {
            // Without the folder that `package add` noted.
            writeFileSync(path.join(typescript, "Pulumi.yaml"), "name: typescript\nruntime: nodejs\n");
            await isRefusedByThePlugin(typescript, { language: "nodejs", env });
        });
    });

    it("from a release's archive needs no Node.js on the machine", async () => {
        const tool = path.join(root, "tools/bundle/executable.mjs");
        const made = await run(
            process.execPath,
            [tool, "--bundle", bundle.folder, "--out", folder],
            root,
            QUICK,
        );
        const archive = path.resolve(root, made.stdout.trim().split("\n").at(-1) ?? "");
        assert.match(archive, new RegExp(`${NAME}-v${manifest.version}-\\w+-\\w+\\.tar\\.gz$`));
        const env = await isInstalled(archive, "home-of-release");
        await isRefusedByThePlugin(project("from-release", "yaml", PROGRAM), { env, only: empty });
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
