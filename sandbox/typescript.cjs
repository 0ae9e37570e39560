// Required before a TypeScript program of the sandbox, in whatever folder the process works: its own sources as one piece of JavaScript, kept until one of them changes. Packages are loaded as they lie.
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const kept = path.join(__dirname, "../.cache/programs");

require.extensions[".ts"] = (module, file) => module._compile(keptCode(file) ?? bundle(file), file);

function fileOf(program) {
    const name = createHash("sha256").update(program).digest("hex").slice(0, 16);
    return path.join(kept, `${name}.json`);
}

/** Undefined: never made, or made of other sources. */
function keptCode(program) {
    let found;
    try {
        found = JSON.parse(fs.readFileSync(fileOf(program), "utf8"));
    } catch (error) {
        if (error.code === "ENOENT") return undefined;
        throw error;
    }
    const isSame = Object.entries(found.sources).every(([source, seen]) => seen === lookOf(source));
    return isSame ? found.code : undefined;
}

function bundle(program) {
    // Only here: loading it costs as much as a program.
    const { buildSync } = require("esbuild");
    const root = path.join(__dirname, "..");
    const made = buildSync({
        absWorkingDir: root,
        entryPoints: [program],
        bundle: true,
        packages: "external",
        platform: "node",
        format: "cjs",
        target: `node${process.versions.node}`,
        keepNames: true,
        write: false,
        metafile: true,
    });
    const code = made.outputFiles[0].text;
    const sources = Object.keys(made.metafile.inputs).map((source) => path.join(root, source));
    keep(program, { sources: Object.fromEntries(sources.map((source) => [source, lookOf(source)])), code });
    return code;
}

/** Whole or not at all, although several processes may do it at once. */
function keep(program, found) {
    fs.mkdirSync(kept, { recursive: true });
    const partial = `${fileOf(program)}.${process.pid}`;
    fs.writeFileSync(partial, JSON.stringify(found));
    fs.renameSync(partial, fileOf(program));
}

function lookOf(source) {
    const look = fs.statSync(source, { throwIfNoEntry: false });
    return look === undefined ? "gone" : `${look.size} ${look.mtimeMs}`;
}
