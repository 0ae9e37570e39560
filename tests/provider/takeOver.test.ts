// A mover is stopped at a write, as a laptop's lid does it; another one takes over, goes on or goes back; then the first one wakes up. It must write nothing more, and the end must be the golden state or the start. TAKE_OVERS=n tries a sample of n, SEED=n another one.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sample } from "../faults/matrix";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { type GoldenRun, goldenRun } from "./memory/goldenRun";
import type { Mover } from "./memory/mover";
import { isIssued } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";

/** Written by some of the runs, and read by none. */
const REPORT = join(mkdtempSync(join(tmpdir(), "take-over-")), "move.html");
const { world, snapshot, state: start } = startOf();
const { TAKE_OVERS: WANTED = "all", SEED = "1" } = process.env;
/** AWS does what it was asked within this time, or not at all. */
const LATE_MS = 25_000;
const INPUTS = { clusterName: "demo" };

type Command = "up" | "destroy";
/** When a request to AWS that was on the wire takes effect: at once, or while the second mover is at work. */
type Effect = "at once" | "late";

interface TakeOver {
    readonly first: Command;
    readonly write: number;
    readonly what: string;
    readonly effect: Effect;
    readonly second: Command;
}

const isAws = (what: string) => !/^(create|merge|replace|remove) [A-Z]\w* /.test(what);
const isLease = (what: string) => what.includes("Lease ");

let run: GoldenRun;
let positions: TakeOver[];

describe("another mover takes over from one that was stopped", function () {
    this.timeout(900_000);

    before(async () => {
        run = await goldenRun(world, snapshot);
        const { writes } = run;
        const all = (first: Command, writes: readonly string[]) =>
            writes.flatMap((what, index) =>
                (isAws(what) ? (["at once", "late"] as const) : (["at once"] as const)).flatMap((effect) =>
                    (["up", "destroy"] as const).map((second) => ({
                        first,
                        write: index + 1,
                        what,
                        effect,
                        second,
                    })),
                ),
            );
        // Stopped while it takes the lock, or when its journal is gone, a mover has nothing under way: it waits for its turn when it wakes up.
        const underWay = (told: readonly string[]) =>
            told.slice(0, told.map((what) => what.startsWith("remove Secret")).lastIndexOf(true));
        positions = [...all("up", writes.up), ...all("destroy", underWay(writes.destroy))].filter(
            ({ what }) => !what.startsWith("create Lease"),
        );
        assert.ok(positions.length > 200, `${positions.length} positions`);
    });

    it(`at any write (${WANTED}): the end is golden or the start, and the first one writes no more`, async () => {
        const chosen = WANTED === "all" ? positions : sample(positions, Number(WANTED), Number(SEED));
        const wrong: string[] = [];
        for (const position of chosen) {
            const { first, write, what, effect, second } = position;
            const told = `${first} stopped at write ${write} (${what}, ${effect}), then ${second}`;
            try {
                await takeOver(position);
            } catch (error) {
                wrong.push(`${told}: ${(error as Error).message}`);
            }
        }
        console.log(
            `    ${positions.length} positions, ${chosen.length} of them tried, ${wrong.length} wrong`,
        );
        assert.equal(
            wrong.length,
            0,
            `${wrong.length} of ${chosen.length}:\n${wrong.slice(0, 8).join("\n")}`,
        );
    });
});

async function takeOver({ first, write, effect, second }: TakeOver): Promise<void> {
    world.restore(first === "up" ? snapshot : run.moved.data);
    const stack = new MemoryStack(world, INPUTS, false);
    if (first === "destroy") stack.load(run.moved.saved);
    let resume: (() => void) | undefined;
    let stopped: Mover | undefined;
    let isStopped: () => void = () => undefined;
    const stopping = new Promise<void>((resolve) => {
        isStopped = resolve;
    });
    const prepare = (mover: Mover) => {
        mover.onWrite = (number) => {
            if (number !== write || resume !== undefined) return;
            resume = mover.stop();
            stopped = mover;
            isStopped();
        };
        mover.onTheWire = (what, call) => {
            if (effect !== "late" || !isAws(what)) return false;
            void world.clock.sleep(LATE_MS).then(() => {
                try {
                    call();
                } catch {
                    // AWS refused it.
                }
            });
            return true;
        };
    };
    const running = first === "up" ? stack.up({}, undefined, prepare) : stack.destroy(undefined, prepare);
    await Promise.race([stopping, running]);
    const other = new MemoryStack(world, INPUTS, false);
    other.load(stack.save());
    // With an update's wish, so that the engine calls the provider.
    const result =
        second === "up" ? await other.up(first === "up" ? {} : { report: REPORT }) : await other.destroy();
    const written = stopped?.writes.length ?? 0;
    resume?.();
    await running;
    const after = (stopped?.writes.slice(written) ?? []).filter((what) => !isLease(what));
    assertDone(result);
    assert.deepEqual(after, [], "written after it woke up");
    assertHarmless(world);
    world.settle(60_000);
    if (second === "up")
        assertSame(
            stateOf(world, true),
            run.golden,
            "after up",
            (one) => isIssued(one) || one.path.startsWith("metadata.managedFields"),
        );
    else assertSame(stateOf(world, true), start, "after destroy");
}
