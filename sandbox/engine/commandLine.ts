// Reads the command line: the commands and flags of the real CLI, as far as this engine knows them. Unknown flags are
// refused, so that a test never relies on one that does nothing.
import { parseArgs } from "node:util";

export interface CommandLine {
    command: string[];
    cwd: string;
    stack: string | undefined;
    flags: Flags;
}

export type Flags = ReturnType<typeof parse>["values"];

const OPTIONS = {
    cwd: { type: "string", short: "C" },
    stack: { type: "string", short: "s" },
    yes: { type: "boolean", short: "y" },
    "skip-preview": { type: "boolean", short: "f" },
    "preview-only": { type: "boolean" },
    refresh: { type: "boolean", short: "r" },
    target: { type: "string", multiple: true, short: "t" },
    "target-dependents": { type: "boolean" },
    parallel: { type: "string", short: "p" },
    "continue-on-error": { type: "boolean" },
    "clear-pending-creates": { type: "boolean" },
    "suppress-outputs": { type: "boolean" },
    "suppress-progress": { type: "boolean" },
    diff: { type: "boolean" },
    "event-log": { type: "string" },
    config: { type: "string", multiple: true, short: "c" },
    secret: { type: "boolean" },
    plaintext: { type: "boolean" },
    path: { type: "boolean" },
    json: { type: "boolean", short: "j" },
    "show-secrets": { type: "boolean" },
    "non-interactive": { type: "boolean" },
    color: { type: "string" },
    force: { type: "boolean" },
    file: { type: "string" },
} as const;

function parse(args: string[]) {
    return parseArgs({ args, options: OPTIONS, allowPositionals: true, strict: true });
}

export function readCommandLine(args: string[]): CommandLine {
    const { values, positionals } = parse(args);
    return { command: positionals, cwd: values.cwd ?? process.cwd(), stack: values.stack, flags: values };
}
