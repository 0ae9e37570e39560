// A sandbox at the start of a move comes in; one move, one quiet `up` and one undo, measured, go out.
import { captureState, type State } from "../compare";
import type { Pulumi, PulumiRun } from "../pulumi/driver";
import type { Sandbox } from "../sandboxHandle";
import type { Observation, Span } from "../watch/observation";
import { observeMove } from "../watch/observeMove";
import { addonsIn, type SeenAddon, watchDeletions } from "./addonsSeen";
import { type CallsBySide, callsOf, spanOfWrites, timeOf } from "./countCalls";
import { type Changes, changesBetween } from "./countChanges";
import { peakMemoryOf } from "./processMemory";
import { covered } from "./spans";

const OPERATOR = "amazon-sagemaker-hyperpod-inference";
const CREATE_OPERATOR = `eks:CreateAddon ${OPERATOR}`;

export interface MeasuredMove {
    readonly upMs: number;
    /** From the first write to the last. */
    readonly moveMs: number;
    /** The longest chain of add-ons that have to wait for each other: what no mover can avoid. */
    readonly creatingMs: number;
    readonly addons: readonly SeenAddon[];
    /** When the operator's add-on was asked for, milliseconds since the epoch. */
    readonly askedAt: number;
    readonly observation: Observation;
    readonly providerMb: number;
    readonly calls: CallsBySide;
    readonly changes: Changes;
    readonly again: { readonly writes: number; readonly reads: number };
    readonly undo: MeasuredUndo;
}

export interface MeasuredUndo {
    readonly destroyMs: number;
    readonly undoMs: number;
    /** Time in which an add-on was DELETING. */
    readonly deletingMs: number;
    /** Time in which an add-on was DELETING, or pods were starting or ending. */
    readonly waitsMs: number;
    readonly observation: Observation;
    readonly calls: CallsBySide;
    readonly changes: Changes;
}

export async function measureMove(sandbox: Sandbox, pulumi: Pulumi, start: State): Promise<MeasuredMove> {
    await pulumi.ensureStack();
    sandbox.faults.reset();
    const watching = await observeMove(sandbox);
    const { ms: upMs, providerMb } = await timed(pulumi, "up", "--yes", "--skip-preview");
    const observation = await watching.stop();
    const calls = callsOf(sandbox.faults);
    const written = spanOfWrites(sandbox.faults);
    const askedAt = timeOf(sandbox.faults, CREATE_OPERATOR);
    if (askedAt === undefined) throw new Error("the move asked for no add-on");
    const addons = (await addonsIn(sandbox)).filter(({ createdAt }) => createdAt >= written.begin);
    const changes = changesBetween(start, await captureState(sandbox));

    sandbox.faults.reset();
    mustSucceed(await pulumi.up());
    const again = { writes: sandbox.faults.writes().length, reads: sandbox.faults.reads() };
    const undo = await measureUndo(sandbox, pulumi, start);
    return {
        upMs,
        moveMs: lengthOf(written),
        creatingMs: longestChain(addons, askedAt),
        addons,
        askedAt,
        observation,
        providerMb: Math.max(providerMb, undo.providerMb),
        calls,
        changes,
        again,
        undo,
    };
}

/** Dependencies that were missing, the operator's add-on, dependencies that move: of each the longest, since add-ons that do not need each other can be made beside each other. */
export function longestChain(addons: readonly SeenAddon[], operatorAskedAt: number): number {
    const operator = addons.find(({ name }) => name === OPERATOR);
    const others = addons.filter((addon) => addon !== operator);
    const longest = (some: readonly SeenAddon[]) => Math.max(0, ...some.map(({ creatingMs }) => creatingMs));
    return (
        longest(others.filter(({ createdAt }) => createdAt < operatorAskedAt)) +
        (operator?.creatingMs ?? 0) +
        longest(others.filter(({ createdAt }) => createdAt >= operatorAskedAt))
    );
}

async function measureUndo(
    sandbox: Sandbox,
    pulumi: Pulumi,
    start: State,
): Promise<MeasuredUndo & { providerMb: number }> {
    sandbox.faults.reset();
    const watching = await observeMove(sandbox);
    const deletions = watchDeletions(sandbox);
    const { ms: destroyMs, providerMb } = await timed(pulumi, "destroy", "--yes", "--skip-preview");
    const [observation, deleting] = [await watching.stop(), await deletions.stop()];
    const written = spanOfWrites(sandbox.faults);
    const calls = callsOf(sandbox.faults);
    return {
        destroyMs,
        undoMs: lengthOf(written),
        deletingMs: covered(deleting, written),
        waitsMs: covered([...deleting, ...observation.podsChanging], written),
        observation,
        calls,
        changes: changesBetween(start, await captureState(sandbox)),
        providerMb,
    };
}

/** One command, with the most memory that a provider process of it had. */
export async function timed(pulumi: Pulumi, ...args: string[]): Promise<{ ms: number; providerMb: number }> {
    const started = Date.now();
    const running = pulumi.start(...args);
    const memory = peakMemoryOf(() => running.providerPids());
    try {
        mustSucceed(await running.finished);
        return { ms: Date.now() - started, providerMb: memory.peak() };
    } finally {
        memory.stop();
    }
}

export function lengthOf({ begin, end }: Span): number {
    return end - begin;
}

export function mustSucceed(run: PulumiRun): PulumiRun {
    if (run.exitCode !== 0)
        throw new Error(`pulumi ended with ${run.exitCode ?? run.signal}:\n${run.stdout}\n${run.stderr}`);
    return run;
}
