// The package as npm would publish it, installed into an empty project outside the repository. Built from a copy of the sources: what others build here is left alone.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export const root = path.resolve(__dirname, "../..");
export const manifest = readJson(path.join(root, "package.json"));
const MINUTES = 60_000;

// biome-ignore lint/suspicious/noExplicitAny: the shapes are npm's
function readJson(file: string): any {
    return JSON.parse(readFileSync(file, "utf8"));
}

/** `node` is put first on PATH. A loader of the test runner's has no place in a user's project. */
export function runWithout(
    command: string,
    args: readonly string[],
    cwd: string,
    node = process.execPath,
): { readonly stdout: string; readonly stderr: string } {
    const { NODE_OPTIONS: _, NODE_PATH: __, PATH, ...env } = process.env;
    const said = spawnSync(command, args, {
        cwd,
        env: { ...env, PATH: [path.dirname(node), PATH].join(path.delimiter) },
        encoding: "utf8",
        timeout: 5 * MINUTES,
        maxBuffer: 64 << 20,
    });
    if (said.status === 0) return said;
    const end = said.error?.message ?? said.signal ?? `exit code ${said.status}`;
    throw new Error(`${command} ${args.join(" ")} failed, ${end}:\n${said.stdout}${said.stderr}`);
}

export interface Packed {
    readonly tarball: string;
    readonly size: number;
    readonly unpackedSize: number;
    /** Paths inside the package. */
    readonly files: readonly string[];
}

export class PackedProject {
    readonly folder = mkdtempSync(path.join(tmpdir(), "packed-"));
    readonly project = path.join(this.folder, "project");

    /** `npm pack` with its own build, and a stale file in dist that must not survive it. */
    pack(): Packed {
        const copy = path.join(this.folder, "sources");
        for (const name of this.run("git", ["ls-files", "-coz", "--exclude-standard"], root).split("\0")) {
            if (name === "" || !/^([^/]+|(common|components|provider|docs)\/.*)$/.test(name)) continue;
            // A file that was moved, and not yet committed.
            cpSync(path.join(root, name), path.join(copy, name), { recursive: true, errorOnExist: false });
        }
        symlinkSync(path.join(root, "node_modules"), path.join(copy, "node_modules"));
        mkdirSync(path.join(copy, "dist"));
        writeFileSync(path.join(copy, "dist", "stale.js"), "");
        const [packed] = JSON.parse(
            this.run("npm", ["pack", "--json", "--silent", "--pack-destination", this.folder], copy).replace(
                /^[^[]*/,
                "",
            ),
        );
        const { filename, size, unpackedSize, files } = packed;
        return {
            tarball: path.join(this.folder, filename),
            size,
            unpackedSize,
            files: files.map((file: { path: string }) => file.path),
        };
    }

    /** The versions are those of the repository's lock file, so that npm's cache has them and no registry is asked. */
    install(packed: Packed, beside: readonly string[]): void {
        const { packages } = readJson(path.join(root, "package-lock.json"));
        const wanted = Object.fromEntries(
            beside.map((name) => [name, packages[`node_modules/${name}`].version]),
        );
        const dependencies = { [manifest.name]: `file:${packed.tarball}`, ...wanted };
        const own = { name: "empty-project", version: "1.0.0", private: true, dependencies };
        const locked = Object.entries<{ link?: boolean }>(packages).filter(
            ([where, { link }]) => where.startsWith("node_modules/") && !link,
        );
        const {
            dependencies: needs,
            peerDependencies,
            peerDependenciesMeta,
            bin,
            engines,
            version,
        } = manifest;
        const ours = { needs, peerDependencies, peerDependenciesMeta, bin, engines, version };
        mkdirSync(this.project, { recursive: true });
        writeFileSync(path.join(this.project, "package.json"), JSON.stringify(own));
        writeFileSync(
            path.join(this.project, "package-lock.json"),
            JSON.stringify({
                name: own.name,
                version: own.version,
                lockfileVersion: 3,
                packages: {
                    "": own,
                    ...Object.fromEntries(locked),
                    [`node_modules/${manifest.name}`]: {
                        ...ours,
                        dependencies: needs,
                        resolved: `file:${packed.tarball}`,
                    },
                },
            }),
        );
        const options = [
            "--prefer-offline",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
            "--ignore-scripts",
        ];
        this.run("npm", ["install", ...options], this.project);
    }

    /** All that npm installed, into another project of the same file system. */
    copyModules(folder: string): void {
        mkdirSync(folder, { recursive: true });
        this.run("cp", ["-Rl", path.join(this.project, "node_modules"), folder], this.folder);
    }

    node(...args: string[]): string {
        return this.run(process.execPath, args, this.project);
    }

    run(command: string, args: readonly string[], cwd: string): string {
        return runWithout(command, args, cwd).stdout;
    }

    remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }
}

let shared: { readonly world: PackedProject; readonly packed: Packed } | undefined;

/** Packed and installed by npm once for all tests of a process; gone with it. */
export function packedProject(): { readonly world: PackedProject; readonly packed: Packed } {
    if (shared !== undefined) return shared;
    const world = new PackedProject();
    process.once("exit", () => world.remove());
    const packed = world.pack();
    world.install(packed, ["@pulumi/pulumi", "typescript", "@types/node"]);
    shared = { world, packed };
    return shared;
}
