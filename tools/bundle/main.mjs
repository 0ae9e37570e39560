#!/usr/bin/env node
// The plugin's sources come in, one file that needs nothing but Node goes out, with the manifest of its npm package. `--out FOLDER` says where; default is .cache/plugin.
import { chmodSync, cpSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const at = process.argv.indexOf("--out");
const out = path.resolve(at < 0 ? path.join(root, ".cache/plugin") : (process.argv[at + 1] ?? ""));
const NAME = "pulumi-resource-hyperpod-inference";

/** Only closures are serialised with these, which the package never does; the compiler alone is as large as all the rest. */
const EMPTY = /^(typescript|ts-node|@npmcli\/arborist|import-fresh-typescript)$|typescript-shim$/;

const withoutCompilers = {
    name: "without-compilers",
    setup(bundle) {
        bundle.onResolve({ filter: EMPTY }, ({ path: name }) => ({ path: name, namespace: "empty" }));
        bundle.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "module.exports = {};" }));
    },
};

const { version, license, repository, engines } = JSON.parse(
    readFileSync(path.join(root, "package.json"), "utf8"),
);
mkdirSync(out, { recursive: true });
const file = path.join(out, NAME);
const result = await build({
    entryPoints: [path.join(root, "plugin/main.ts")],
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    // Pulumi finds out by the names of classes what a value is.
    keepNames: true,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    banner: { js: "#!/usr/bin/env node" },
    logLevel: "error",
    metafile: true,
    plugins: [withoutCompilers],
});
chmodSync(file, 0o755);
// The folder is the npm package whose command is the plugin.
cpSync(path.join(root, "LICENSE"), path.join(out, "LICENSE"));
const manifest = {
    name: NAME,
    version,
    description: "The Pulumi plugin hyperpod-inference",
    license,
    repository,
    bin: { [NAME]: NAME },
    main: NAME,
    engines,
    files: [NAME, "LICENSE"],
};
writeFileSync(path.join(out, "package.json"), `${JSON.stringify(manifest, undefined, 4)}\n`);
const inputs = Object.keys(result.metafile.inputs).length;
console.log(
    `${path.relative(process.cwd(), file)}: ${(statSync(file).size / 1e6).toFixed(1)} MB of ${inputs} files`,
);
