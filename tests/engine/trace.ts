// The recorded traces of the real CLI (traces/NN-name/expected.json): their shape, and reading one. Data only.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Export } from "../../sandbox/engine/state";

export const TRACES = path.join(__dirname, "traces");

/** One call between program, engine and provider; `at` numbers beginnings and ends over all calls of a command. */
export interface Call {
    at: [begin: number, end: number | null];
    phase: string;
    provider?: string;
    service?: string;
    method: string;
    request?: Record<string, unknown>;
    response?: Record<string, unknown>;
    error?: string;
}

export interface TraceStep {
    command: string;
    note?: string;
    env?: Record<string, string>;
    signal?: { send: NodeJS.Signals; times: number; when: string };
    exitCode: number | string;
    rpcs?: Call[];
    monitor?: Call[];
    engineEvents?: string[];
    stdout: string[];
    stderr?: string[];
    files?: Record<string, string[] | null>;
    stillRunning?: string[];
    state: Export | "unchanged";
}

export interface Trace {
    scenario: string;
    title: string;
    steps: TraceStep[];
}

export function traceFolders(): string[] {
    return readdirSync(TRACES)
        .filter((name) => /^\d\d-/.test(name))
        .sort();
}

export function readTrace(folder: string): Trace {
    return JSON.parse(readFileSync(path.join(TRACES, folder, "expected.json"), "utf8")) as Trace;
}
