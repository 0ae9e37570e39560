// What people install: the packed tarball in an empty project, without Pulumi's AWS package first, with it then.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import path from "node:path";
import { manifest, type Packed, type PackedProject, packedProject, root } from "./packed";

const KILOBYTE = 1000;
const limits = { tarball: 600 * KILOBYTE, unpacked: 2_500 * KILOBYTE, installed: 170_000 * KILOBYTE };

function sizeOf(folder: string): number {
    return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
        const file = path.join(folder, entry.name);
        if (entry.isSymbolicLink()) return sum;
        return sum + (entry.isDirectory() ? sizeOf(file) : statSync(file).size);
    }, 0);
}

/** Names of the packages that a file's text imports. */
function importsOf(text: string): string[] {
    // `${…}` is text that becomes code elsewhere.
    const found = text.matchAll(/(?:require|import)\("([^".$][^"]*)"\)|from "([^".$][^"]*)"/g);
    return [...found].map(([, called, named]) => {
        const [scope = "", name = ""] = (called ?? named ?? "").split("/");
        return scope.startsWith("@") ? `${scope}/${name}` : scope;
    });
}

describe("the packed package", function () {
    this.timeout(600_000);
    let world: PackedProject;
    let packed: Packed;
    let installed: string;
    before(() => {
        ({ world, packed } = packedProject());
        installed = path.join(world.project, "node_modules", manifest.name);
    });

    it("holds the built package and its documents, and nothing else", () => {
        const strangers = packed.files.filter(
            (file) =>
                !/^(dist\/(index|(common|components|provider)\/.+)\.(js|d\.ts)|docs\/.+|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/.test(
                    file,
                ),
        );
        assert.deepEqual(strangers, []);
        for (const file of ["dist/index.js", "dist/index.d.ts", "README.md", "LICENSE", "docs/undo.md"])
            assert.ok(packed.files.includes(file), file);
    });

    it("depends on what it imports, and on nothing more", () => {
        const imported = new Set<string>();
        for (const file of packed.files.filter((name) => /\.(js|d\.ts)$/.test(name)))
            for (const name of importsOf(readFileSync(path.join(installed, file), "utf8")))
                imported.add(name);
        const foreign = [...imported].filter(
            (name) => !name.startsWith("node:") && !builtinModules.includes(name) && name !== manifest.name,
        );
        const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
        assert.deepEqual(foreign.sort(), declared.sort());
    });

    it("names a place for its sources, its questions and its homepage", () => {
        const { repository, bugs, homepage } = manifest;
        for (const address of [repository.url, bugs, homepage])
            assert.match(address, /github\.com\/pulumi-hyperpod-inference\/pulumi-hyperpod-inference/);
    });

    it("is no larger than it must be", () => {
        const modules = path.join(world.project, "node_modules");
        const compiler = sizeOf(path.join(modules, "typescript"));
        const whole = sizeOf(modules) - compiler;
        const shown = (bytes: number) => `${(bytes / KILOBYTE).toFixed(0)} kB`;
        console.log(
            `      tarball ${shown(packed.size)}, unpacked ${shown(packed.unpackedSize)}, with all its dependencies, Pulumi's included, ${shown(whole)}`,
        );
        assert.ok(packed.size <= limits.tarball, `tarball ${shown(packed.size)}`);
        assert.ok(packed.unpackedSize <= limits.unpacked, `unpacked ${shown(packed.unpackedSize)}`);
        assert.ok(whole <= limits.installed, `installed ${shown(whole)}`);
    });

    it("loads without Pulumi's AWS package, and says which part needs it", () => {
        assert.ok(!existsSync(path.join(world.project, "node_modules/@pulumi/aws")));
        const script = `
            const hyperpod = require("${manifest.name}");
            const pulumi = require("@pulumi/pulumi");
            pulumi.runtime.setMocks({ newResource: ({ name, inputs }) => ({ id: name, state: inputs }), call: ({ inputs }) => inputs });
            new hyperpod.HelmToAddonMigration("move", { clusterName: "demo" });
            try { new hyperpod.HyperPodInferenceAddon("inference", { clusterName: "demo" }); }
            catch (error) { console.log(error.message); }`;
        assert.equal(
            world.node("-e", script).trim(),
            "HyperPodInferenceAddon needs Pulumi's AWS package: npm install @pulumi/aws",
        );
    });

    it("is imported by CommonJS and by ES modules alike", () => {
        const names =
            "Object.keys(hyperpod).filter((name) => !/^(default|__esModule|module.exports)$/.test(name)).sort().join()";
        const required = world.node(
            "-e",
            `const hyperpod = require("${manifest.name}"); console.log(${names})`,
        );
        writeFileSync(
            path.join(world.project, "named.mjs"),
            `import * as hyperpod from "${manifest.name}"; console.log(${names})`,
        );
        assert.match(required, /HelmToAddonMigration,.*HyperPodInferenceAddon/);
        assert.equal(world.node("named.mjs"), required);
    });

    it("resolves every path of its exports, the ones in people's states too", () => {
        const stateNeeds = ["./provider", "./health"];
        for (const name of stateNeeds) assert.ok(name in manifest.exports, name);
        for (const [name, target] of Object.entries<string | Record<string, string>>(manifest.exports)) {
            world.node("-e", `require("${path.posix.join(manifest.name, name)}")`);
            for (const file of typeof target === "string" ? [target] : Object.values(target))
                assert.ok(existsSync(path.join(installed, file)), file);
        }
    });

    for (const [module, moduleResolution] of [
        ["node16", "node16"],
        ["commonjs", "node10"],
    ]) {
        it(`compiles in a strict program, module ${module}`, () => {
            const compilerOptions = {
                module,
                moduleResolution,
                target: "es2022",
                strict: true,
                exactOptionalPropertyTypes: true,
                skipLibCheck: true,
                noEmit: true,
                types: ["node"],
            };
            const write = (name: string, text: string) => writeFileSync(path.join(world.project, name), text);
            write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["index.ts"] }));
            write(
                "index.ts",
                `import * as hyperpod from "${manifest.name}";
                const move = new hyperpod.HelmToAddonMigration("move", {
                    clusterName: "demo",
                    until: hyperpod.MigrationStep.BackUp,
                    desiredOwner: hyperpod.Owner.Addon,
                });
                export const plan = move.plan.apply((lines) => lines.map((line: string) => line.length));
                // @ts-expect-error a property that does not exist
                new hyperpod.HelmToAddonMigration("other", { clusterName: "demo", clusterNam: "demo" });`,
            );
            world.node("node_modules/typescript/bin/tsc", "-p", "tsconfig.json");
        });
    }

    it("brings its command", () => {
        for (const name of Object.keys(manifest.bin)) {
            const command = path.join(world.project, "node_modules/.bin", name);
            assert.match(world.run(command, ["--help"], world.project), /Usage|usage/, name);
        }
    });

    it("is documented by the files it names", () => {
        for (const file of ["CHANGELOG.md", "README.md", "LICENSE"])
            assert.ok(existsSync(path.join(root, file)), file);
    });
});
