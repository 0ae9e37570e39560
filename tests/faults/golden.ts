// The unbroken move: its end, and the writes that can be broken. Made once per state of the sources, kept in `.cache/golden` for the other test processes.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { captureState, type State } from "../../sandbox/compare";
import type { LedgerEntry } from "../../sandbox/faults/proxy";
import { fingerprint } from "../../sandbox/kubernetes/fingerprint";
import { fresh } from "../e2e/stage";

export interface Golden {
    readonly state: State;
    readonly writes: readonly LedgerEntry[];
    /** Of the migration; absent for the example of the README, which moves everything. */
    readonly args?: unknown;
}

const root = path.resolve(__dirname, "../..");
const KEPT = path.join(root, ".cache/golden");
/** What an end depends on: the sandbox with its keys, the compiled package, the programs. */
const SOURCES = ["sandbox", "dist", "tests/e2e/programs", "examples/move-from-helm", ".cache/sandbox-pki"];

const known = new Map<string, Promise<Golden>>();

export function goldenMove(args?: unknown): Promise<Golden> {
    const key = JSON.stringify(args) ?? "";
    const golden = known.get(key) ?? keptOrMade(key, args);
    known.set(key, golden);
    return golden;
}

async function keptOrMade(key: string, args: unknown): Promise<Golden> {
    // Before the first sandbox there are no keys: what is made then is not found again.
    const sources = SOURCES.map((source) => path.join(root, source)).filter(existsSync);
    const name = `${fingerprint(sources)}.json`;
    const folder = path.join(KEPT, Buffer.from(key).toString("base64url") || "example");
    const file = path.join(folder, name);
    const kept = contentOf(file);
    if (kept !== undefined) return JSON.parse(kept) as Golden;
    const golden = await moveOnce(args);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    // A half-written one never gets the name.
    const partial = mkdtempSync(path.join(KEPT, "partial-"));
    writeFileSync(path.join(partial, name), JSON.stringify(golden));
    renameSync(path.join(partial, name), file);
    rmSync(partial, { recursive: true });
    return golden;
}

function contentOf(file: string): string | undefined {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
    }
}

async function moveOnce(args: unknown): Promise<Golden> {
    const { sandbox, pulumi } = await fresh({ args });
    const run = await pulumi.up("--skip-preview");
    if (run.exitCode !== 0) throw new Error(`the unbroken move failed:\n${run.stdout}\n${run.stderr}`);
    const writes = [...sandbox.faults.writes()];
    return { state: await captureState(sandbox), writes, args };
}
