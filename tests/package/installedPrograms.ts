// A package manager and the packed tarball come in, the folder of a program that it installed goes out, of one of two shapes. Runs no program.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { installer, kept } from "./installers";
import { manifest, runWithout } from "./packed";

/** A move; or, below, one through a company's library. */
export const programOf = (args: string) => `const hyperpod = require("${manifest.name}");
new hyperpod.HelmToAddonMigration("move", ${args});
`;
const LIBRARY = `const hyperpod = require("${manifest.name}");
exports.move = (args) => new hyperpod.HelmToAddonMigration("move", args);
`;
const WITH_LIBRARY = (args: string) => `require("@acme/platform").move(${args});
`;

interface Way {
    readonly lock: string;
    readonly files: Record<string, string>;
    readonly install: readonly string[];
    /** How a member of the same workspace is named. */
    readonly member: string;
}

/** Nothing is asked of a registry that the cache can answer; scripts of packages do not run. */
const WAYS = {
    npm: () => ({
        lock: "package-lock.json",
        files: {},
        install: ["npm", "install", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund"],
        member: "1.0.0",
    }),
    pnpm: () => ({
        lock: "pnpm-lock.yaml",
        // A package finds what it declares, and nothing that lies about.
        files: { "pnpm-workspace.yaml": "packages: [libs/*, infra/*]\nhoist: false\n" },
        install: [
            installer("pnpm"),
            "install",
            "--prefer-offline",
            "--ignore-scripts",
            "--no-frozen-lockfile",
            "--reporter=append-only",
            `--store-dir=${kept("pnpm", "store")}`,
            `--cache-dir=${kept("pnpm", "cache")}`,
        ],
        member: "workspace:*",
    }),
    yarn: () => yarn("node-modules"),
    "yarn Plug'n'Play": () => yarn("pnp"),
    bun: () => ({
        lock: "bun.lock",
        files: {},
        install: [installer("bun"), "install", "--ignore-scripts", `--cache-dir=${kept("bun", "cache")}`],
        member: "workspace:*",
    }),
} satisfies Record<string, () => Way>;

function yarn(nodeLinker: string): Way {
    const settings = {
        nodeLinker,
        enableTelemetry: false,
        enableScripts: false,
        enableImmutableInstalls: false,
        checksumBehavior: "update",
        globalFolder: kept("yarn", "global"),
        nmMode: "hardlinks-local",
    };
    return {
        lock: "yarn.lock",
        files: { ".yarnrc.yml": JSON.stringify(settings) },
        install: [installer("yarn"), "install"],
        member: "workspace:*",
    };
}

export interface Wanted {
    readonly manager: keyof typeof WAYS;
    /** The program is in a sub-folder of a workspace, and has the package through a company's library alone. */
    readonly throughLibrary?: true;
    /** Versions by name, beside the package. */
    readonly beside: Readonly<Record<string, string>>;
    /** The one that runs the package manager. */
    readonly node?: string;
}

export interface InstalledProgram {
    readonly folder: string;
    /** What the package manager said. */
    readonly said: string;
}

/** The versions that were chosen at first are kept, so that a later run asks no registry. */
export function installProgram(
    wanted: Wanted,
    { tarball, args: ofMove, root }: { tarball: string; args: string; root: string },
): InstalledProgram {
    const { manager, throughLibrary, beside, node } = wanted;
    const { lock, files, install, member } = WAYS[manager]();
    const write = (name: string, text: string) => {
        mkdirSync(path.join(root, path.dirname(name)), { recursive: true });
        writeFileSync(path.join(root, name), text);
    };
    const project = (name: string, more: object) => JSON.stringify({ name, version: "1.0.0", ...more });
    for (const [name, text] of Object.entries(files)) write(name, text);
    // Some take a tarball of the same name for the same one.
    const packed = `package-${hashOf(readFileSync(tarball))}.tgz`;
    write(packed, "");
    copyFileSync(tarball, path.join(root, packed));
    if (throughLibrary) {
        write("package.json", project("company", { private: true, workspaces: ["libs/*", "infra/*"] }));
        const dependencies = { [manifest.name]: `file:../../${packed}` };
        const peerDependencies = { "@pulumi/pulumi": "^3.0.0" };
        const library = { main: "index.js", dependencies, peerDependencies };
        write("libs/platform/package.json", project("@acme/platform", library));
        write("libs/platform/index.js", LIBRARY);
        const own = {
            private: true,
            main: "index.js",
            dependencies: { "@acme/platform": member, ...beside },
        };
        write("infra/prod/package.json", project("prod", own));
        write("infra/prod/index.js", WITH_LIBRARY(ofMove));
    } else {
        const dependencies = { [manifest.name]: `file:./${packed}`, ...beside };
        write("package.json", project("program", { private: true, main: "index.js", dependencies }));
        write("index.js", programOf(ofMove));
    }
    const { dependencies, peerDependencies } = manifest;
    const seed = kept("locks", `${hashOf(JSON.stringify([wanted, dependencies, peerDependencies]))}-${lock}`);
    if (existsSync(seed)) copyFileSync(seed, path.join(root, lock));
    else if (lock === "yarn.lock") write(lock, "");
    const [command = "", ...args] = install;
    const { stdout, stderr } = runWithout(command, args, root, node);
    copyFileSync(path.join(root, lock), seed);
    return { folder: throughLibrary ? path.join(root, "infra/prod") : root, said: stdout + stderr };
}

function hashOf(content: string | Buffer): string {
    return createHash("sha256").update(content).digest("hex").slice(0, 16);
}
