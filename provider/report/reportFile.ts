// Writes the page of a move beside the program. A reader never sees half a page; a page that cannot be written is told and stops nothing.
import { access, constants, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { messageOf } from "../../common/errors";
import type { Log } from "../ports/world";
import { pageOf } from "./page";
import type { ReportSource } from "./reportSource";

/** Relative paths are taken from the program's working directory. */
export async function writePage(file: string, source: ReportSource): Promise<void> {
    const path = resolve(file);
    const there = await stat(path).catch(() => undefined);
    // Renaming would put the page in place of a device or fail on a folder.
    if (there !== undefined && !there.isFile()) throw new Error(`${path} is there and is no file`);
    await mkdir(dirname(path), { recursive: true });
    const half = `${path}.${process.pid}.tmp`;
    try {
        await writeFile(half, pageOf(source), { mode: 0o644 });
        await rename(half, path);
    } catch (error) {
        await rm(half, { force: true });
        throw error;
    }
}

/** Why a page cannot be written there; undefined when it can. Writes nothing: a missing folder is made with the page. */
export async function whyNotWritable(file: string): Promise<string | undefined> {
    const path = resolve(file);
    try {
        const there = await stat(path).catch(missing);
        if (there !== undefined && !there.isFile()) return `${path} is there and is no file`;
        let folder = there === undefined ? dirname(path) : path;
        while (folder !== dirname(folder) && (await stat(folder).catch(missing)) === undefined)
            folder = dirname(folder);
        const below = await stat(folder);
        if (folder !== path && !below.isDirectory()) return `${folder} is no folder`;
        await access(folder, constants.W_OK);
        return undefined;
    } catch (error) {
        return messageOf(error);
    }
}

function missing(error: unknown): undefined {
    if (
        (error as NodeJS.ErrnoException).code === "ENOENT" ||
        (error as NodeJS.ErrnoException).code === "ENOTDIR"
    )
        return undefined;
    throw error;
}

/** For the end of a move, which must not fail because of its report. */
export async function tryWritePage(file: string, source: () => ReportSource, log: Log): Promise<void> {
    try {
        await writePage(file, source());
    } catch (error) {
        log.warn(
            `report: ${file} could not be written (${messageOf(error)}); the move itself is not touched by that. Next: make the folder writable, or write it later with \`pulumi stack export --show-secrets --file state.json && npx hyperpod-move-report state.json move.html\``,
        );
    }
}
