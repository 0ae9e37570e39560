#!/usr/bin/env node
// The bundled plugin and a Node of the wanted machine come in, the release's archive with one executable that needs nothing goes out. `--node FILE --os darwin|linux|windows --arch amd64|arm64`; defaults are this Node and this machine. `--bundle FOLDER` takes a bundle that is made, without it one is made.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const NAME = "pulumi-resource-hyperpod-inference";
/** Node looks for this text in itself to know whether a program is inside; it is the same in every Node. */
const FUSE = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
const postject = createRequire(import.meta.url).resolve("postject/dist/cli.js");
const OS = { darwin: "darwin", linux: "linux", win32: "windows" };
const ARCH = { x64: "amd64", arm64: "arm64" };

const { values } = parseArgs({
    options: {
        node: { type: "string", default: process.execPath },
        os: { type: "string", default: OS[process.platform] },
        arch: { type: "string", default: ARCH[process.arch] },
        bundle: { type: "string" },
        out: { type: "string", default: path.join(root, ".cache/executables") },
    },
});
const { node, os, arch } = values;
const { version } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
const folder = path.join(path.resolve(values.out), `${os}-${arch}`);
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const inFolder = (name) => path.join(folder, name);

const bundle = path.resolve(values.bundle ?? folder);
if (values.bundle === undefined) {
    const made = [path.join(root, "tools/bundle/main.mjs"), "--out", bundle];
    execFileSync(process.execPath, made, { stdio: "inherit" });
}
const [program, blob, executable] = [
    inFolder("main.cjs"),
    inFolder("program.blob"),
    inFolder(os === "windows" ? `${NAME}.exe` : `${NAME}.bin`),
];
// Node runs it as a module of its own, which begins with no shebang.
writeFileSync(program, readFileSync(path.join(bundle, NAME), "utf8").replace(/^#!.*\n/, ""));
const isForThisNode = path.resolve(node) === process.execPath;
writeFileSync(
    inFolder("sea.json"),
    JSON.stringify({
        main: program,
        output: blob,
        disableExperimentalSEAWarning: true,
        // Compiled code is that of one Node on one machine.
        useCodeCache: isForThisNode,
    }),
);
execFileSync(process.execPath, ["--experimental-sea-config", inFolder("sea.json")], { stdio: "inherit" });
copyFileSync(node, executable);
chmodSync(executable, 0o755);
const segment = os === "darwin" ? ["--macho-segment-name", "NODE_SEA"] : [];
execFileSync(
    process.execPath,
    [postject, executable, "NODE_SEA_BLOB", blob, "--sentinel-fuse", FUSE, ...segment],
    { stdio: "inherit" },
);
// As Pulumi unpacks it: the executable under its own name at the archive's root.
const inside = inFolder("archive");
mkdirSync(inside);
const shipped = os === "windows" ? `${NAME}.exe` : NAME;
copyFileSync(executable, path.join(inside, shipped));
chmodSync(path.join(inside, shipped), 0o755);
copyFileSync(path.join(root, "LICENSE"), path.join(inside, "LICENSE"));
const archive = path.join(path.resolve(values.out), `${NAME}-v${version}-${os}-${arch}.tar.gz`);
execFileSync("tar", ["-czf", archive, "-C", inside, shipped, "LICENSE"]);
rmSync(folder, { recursive: true, force: true });
console.log(path.relative(process.cwd(), archive));
