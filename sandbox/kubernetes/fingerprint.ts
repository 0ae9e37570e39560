// In: files and folders. Out: one short text that changes with any name or byte in them. Writes nothing.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

export function fingerprint(sources: string[]): string {
    const hash = createHash("sha256");
    for (const source of sources)
        for (const file of filesOf(source)) hash.update(relative(source, file)).update(readFileSync(file));
    return hash.digest("hex").slice(0, 16);
}

function filesOf(path: string): string[] {
    const entries = readdirSync(path, { withFileTypes: true, recursive: true });
    return entries
        .filter((entry) => entry.isFile() && !entry.name.endsWith(".pyc"))
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
}
