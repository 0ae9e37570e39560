// A name of a package manager or of a Node.js comes in, the path of its program goes out, installed once as installers/package.json pins it. Never takes one of the machine's own.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

const cache = path.resolve(__dirname, "../../.cache/installers");
const pins = path.join(__dirname, "installers/package.json");
const PROGRAMS = {
    pnpm: ".bin/pnpm",
    yarn: ".bin/yarn",
    bun: ".bin/bun",
    "node 20": "node20/bin/node",
    "node 22": "node22/bin/node",
};
const MINUTES = 60_000;

type Installer = keyof typeof PROGRAMS;

/** A place for what package managers keep from one project to the next. */
export function kept(whose: string, what: string): string {
    const folder = path.join(cache, whose);
    mkdirSync(folder, { recursive: true });
    return path.join(folder, what);
}

export function installer(name: Installer): string {
    return path.join(installed(), PROGRAMS[name]);
}

/** Complete or not at all, although two test runs may do it at once. */
function installed(): string {
    const hash = createHash("sha256").update(readFileSync(pins)).digest("hex");
    const folder = path.join(cache, hash.slice(0, 16));
    const modules = path.join(folder, "node_modules");
    if (existsSync(folder)) return modules;
    mkdirSync(cache, { recursive: true });
    const making = mkdtempSync(path.join(cache, "making-"));
    try {
        console.error("installing pnpm, yarn, bun and two versions of Node.js (once, about a minute)");
        copyFileSync(pins, path.join(making, "package.json"));
        execFileSync("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], {
            cwd: making,
            timeout: 10 * MINUTES,
        });
        renameSync(making, folder);
    } catch (error) {
        rmSync(making, { recursive: true, force: true });
        if (!existsSync(folder)) throw error;
    }
    return modules;
}
