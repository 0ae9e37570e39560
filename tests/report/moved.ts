// Moves in memory with a report: what the tests of the page look at.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject } from "../../provider/ports/world";
import type { ContentOptions } from "../provider/memory/content";
import { MemoryStack } from "../provider/memoryStack";
import { MemoryWorld } from "../provider/memoryWorld";

const folders: string[] = [];

export function folder(): string {
    const made = mkdtempSync(join(tmpdir(), "move-report-"));
    folders.push(made);
    return made;
}

export function removeFolders(): void {
    for (const made of folders.splice(0)) rmSync(made, { recursive: true, force: true });
}

export interface Scene {
    readonly world: MemoryWorld;
    readonly stack: MemoryStack;
    readonly file: string;
    page(): string;
    text(): string;
}

export function sceneOf(inputs: Record<string, unknown> = {}, options: ContentOptions = {}): Scene {
    const file = join(folder(), "move.html");
    const world = new MemoryWorld(options);
    const stack = new MemoryStack(world, { clusterName: "demo", report: file, ...inputs });
    const page = () => readFileSync(file, "utf8");
    return { world, stack, file, page, text: () => textOf(page()) };
}

/** What a reader sees, without tags; entities as they are. */
export function textOf(page: string): string {
    return page
        .replace(/<style>[^<]*<\/style>/, "")
        .replace(/<[^>]+>/g, " ")
        .replace(/\s+/g, " ");
}

/** Every value that a Secret of the world holds or held, as stored and decoded. */
export function secretValues(world: MemoryWorld): string[] {
    return [...world.data.objects.values()]
        .filter(({ kind }) => kind === "Secret")
        .flatMap((secret) =>
            Object.values((secret as KubernetesObject & { data?: Record<string, string> }).data ?? {}),
        )
        .flatMap((value) => [value, Buffer.from(value, "base64").toString("utf8")])
        .filter((value) => value.length > 8);
}
