// Reads all that a file backend keeps: state, backups, history. Asserts nothing.
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

export function backendFiles(folder: string): [name: string, text: string][] {
    return (readdirSync(folder, { recursive: true }) as string[])
        .map((name) => path.join(folder, name))
        .filter((file) => statSync(file).isFile())
        .map((file) => [file, readFileSync(file, "utf8")]);
}
