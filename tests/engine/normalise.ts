// Replaces what differs from machine to machine and from run to run (folders, addresses, ids, times, ciphertexts), exactly
// as the recorder of the traces did.

import { stripVTControlCharacters } from "node:util";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const NOISE = new Set([
    "sourcePosition",
    "stackTrace",
    "randomSeed",
    "resourceStatusAddress",
    "resourceStatusToken",
    "engineAddress",
    "mapperTarget",
    "loaderTarget",
    "resolverTarget",
    "monitorAddress",
    "rootDirectory",
    "programDirectory",
]);

export interface Folders {
    program: string;
    work: string;
    nodeModules: string;
}

export class Normaliser {
    private readonly uuids = new Map<string, string>();

    constructor(private readonly folders: Folders) {}

    text(raw: string): string {
        const { program, work, nodeModules } = this.folders;
        return stripVTControlCharacters(raw)
            .replaceAll(program, "<dir>")
            .replaceAll(work, "<work>")
            .replaceAll(nodeModules, "<node_modules>")
            .replaceAll(process.execPath, "<node>")
            .replace(/\b(127\.0\.0\.1|localhost):\d+/g, "<address>")
            .replace(/(PULUMI_NODEJS_PARALLEL=|"--parallel",")\d+/g, "$1<parallel>")
            .replace(/created by \S+ \(pid \d+\)/g, "created by <user>@<host> (pid <pid>)")
            .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, (id) =>
                this.uuid(id),
            )
            .replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, "<time>")
            .replace(/\bv1:[\w+/=]{16,}:[\w+/=]{8,}/g, "<ciphertext>");
    }

    value(raw: unknown, key = ""): unknown {
        if (typeof raw === "string") {
            const isVersion = key === "version" && /^v3\.\d+\.\d+/.test(raw);
            return ["magic", "salt", "ciphertext"].includes(key) || isVersion ? `<${key}>` : this.text(raw);
        }
        if (key === "parallel" && raw !== 1) {
            return "<parallel>";
        }
        if (Array.isArray(raw)) {
            return raw.map((item) => this.value(item));
        }
        if (typeof raw === "object" && raw !== null) {
            const entries = Object.entries(raw).filter(([name]) => !NOISE.has(name));
            return Object.fromEntries(
                entries.map(([name, item]) => [this.text(name), this.value(item, name)]),
            );
        }
        return raw;
    }

    lines(raw: string): string[] {
        const result: string[] = [];
        for (const found of this.text(raw).split("\n")) {
            const line = found
                .replace(/\(\d+(\.\d+)?(ms|s|m(\d+s)?)\)/g, "(<duration>)")
                .replace(/^(\s*Duration: ).*/, "$1<duration>")
                .trimEnd();
            const frame = /^(.*?)\s+at \S.*[):\d]( \{)?$/.exec(line); // of a JavaScript stack, possibly shown in a resource's row
            if (frame && /:\d+:\d+\)?( \{)?$/.test(line)) {
                const collapsed = `${frame[1]}    <stack>`;
                if (result.at(-1) !== collapsed) {
                    result.push(collapsed);
                }
                continue;
            }
            result.push(line);
        }
        while (result.length > 0 && result.at(-1) === "") {
            result.pop();
        }
        return result;
    }

    private uuid(id: string): string {
        if (id === UNKNOWN) {
            return id;
        }
        const known = this.uuids.get(id) ?? `<uuid-${this.uuids.size + 1}>`;
        this.uuids.set(id, known);
        return known;
    }
}
