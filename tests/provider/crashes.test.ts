// Killed at every write of a move, before and after it; killed again in the undo; and every write refused or its answer lost. Resumed it ends golden, undone it ends at the start.
import assert from "node:assert/strict";
import type { State } from "../../sandbox/compare/capturedState";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { backAt, type KilledAt, killedAtEveryWrite } from "./memory/moments";
import type { Injection, Moment } from "./memory/mover";
import { isIssued, isIssuedOrRestored } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";

const MOMENTS: readonly Moment[] = ["before", "after"];
/** Pairs of crashes to try; `all` for the full matrix. */
const PAIRS = process.env.HYPERPOD_CRASH_PAIRS ?? "150";
const SEED = Number(process.env.HYPERPOD_SEED ?? "20260105");

const { world, snapshot, state: start } = startOf();
let golden: State;
let writes: readonly string[];
let undoWrites: readonly string[];
/** What a move leaves when it is killed. */
let killed: readonly KilledAt[];
/** What an undo leaves. */
let killedBack: readonly KilledAt[];
let moved: Pick<KilledAt, "data" | "saved">;

const crash = (write: number, moment: Moment): Injection => ({ write, moment, kind: "crash" });

function begin(): MemoryStack {
    world.restore(snapshot);
    return new MemoryStack(world);
}

function inWords({ moment, write, what }: KilledAt): string {
    return `${moment} write ${write} (${what})`;
}

function killedAt(write: number, moment: Moment): KilledAt {
    const found = killed.find((at) => at.write === write && at.moment === moment);
    assert.ok(found, `no process was killed ${moment} write ${write}`);
    return found;
}

function expectGolden(what: string, ignore = isIssued): void {
    assertSame(stateOf(world, true), golden, what, ignore);
    assertHarmless(world);
}

function expectStart(what: string): void {
    assertSame(stateOf(world), start, what);
    assertHarmless(world);
}

describe("a mover that is killed", function () {
    this.timeout(600_000);

    before(async () => {
        const stack = begin();
        const move = await killedAtEveryWrite(stack, (prepare) => stack.up({}, undefined, prepare));
        assertDone(move.result);
        ({ killed } = move);
        ({ writes } = move.result.mover);
        golden = stateOf(world, true);
        moved = { data: world.snapshot(), saved: stack.save() };
        const undo = await killedAtEveryWrite(stack, (prepare) => stack.destroy(undefined, prepare));
        assertDone(undo.result);
        killedBack = undo.killed;
        undoWrites = undo.result.mover.writes;
        assert.ok(
            writes.length > 40 && undoWrites.length > 40,
            `${writes.length} and ${undoWrites.length} writes`,
        );
        assert.ok(killed.length >= 2 * writes.length && killedBack.length >= 2 * undoWrites.length);
    });

    it("at any write of the move: the next up ends golden", async () => {
        for (const at of killed) {
            assertDone(await backAt(world, at).up());
            expectGolden(inWords(at));
        }
    });

    it("at any write of the move: destroy ends at the start", async () => {
        for (const at of killed) {
            assertDone(await backAt(world, at).destroy());
            expectStart(inWords(at));
        }
    });

    it("at any write of an update, with an older journal in the state: destroy ends at the start, up golden", async () => {
        const stack = begin();
        assertDone(await stack.up({ until: "backUp" }));
        const update = await killedAtEveryWrite(stack, (prepare) => stack.up({}, undefined, prepare));
        assertDone(update.result);
        for (const [index, at] of update.killed.entries()) {
            const next = backAt(world, at);
            if ((at.write + index) % 2 === 0) {
                assertDone(await next.destroy());
                expectStart(inWords(at));
            } else {
                assertDone(await next.up());
                expectGolden(inWords(at));
            }
        }
    });

    it("at any write of the undo: the next destroy ends at the start, or up ends golden", async () => {
        for (const at of killedBack) {
            const stack = backAt(world, at);
            const what = `${inWords(at)} of the undo`;
            if ((at.write + MOMENTS.indexOf(at.moment)) % 2 === 0) {
                assertDone(await stack.destroy());
                expectStart(what);
            } else {
                assertDone(await stack.up());
                expectGolden(`${what}, then up`, isIssuedOrRestored);
                assertDone(await stack.destroy());
                expectStart(`${what}, then up and destroy`);
            }
        }
    });

    it(`in the move and again in the undo (${PAIRS} pairs): the second destroy ends at the start`, async () => {
        const pairs = pairsToTry(writes.length, undoWrites.length);
        for (const [write, undoWrite, first, second] of pairs) {
            const at = killedAt(write, first);
            const what = `${inWords(at)}, ${second} write ${undoWrite} of the undo`;
            const stack = backAt(world, at);
            await stack.destroy(crash(undoWrite, second));
            assertDone(await stack.destroy());
            expectStart(what);
        }
    });

    it("in the move and again in the resumed move: the third up ends golden", async () => {
        for (const [write, , first, second] of pairsToTry(writes.length, 1).slice(0, 120)) {
            const at = killedAt(write, first);
            const stack = backAt(world, at);
            await stack.up({}, crash(1 + ((write * 7) % 12), second));
            assertDone(await stack.up());
            expectGolden(`${inWords(at)}, then ${second} write ${1 + ((write * 7) % 12)}`);
        }
    });
});

describe("a write that is refused, or whose answer is lost", function () {
    this.timeout(600_000);

    it("fails the move with all it knows; up goes on, destroy goes back", async () => {
        for (let write = 1; write <= writes.length; write++) {
            for (const [index, moment] of MOMENTS.entries()) {
                const what = `${moment} write ${write} (${writes[write - 1]})`;
                const stack = begin();
                const first = await stack.up({}, { write, moment, kind: "fail" });
                assert.notEqual(first.kind, "crashed", what);
                if ((write + index) % 2 === 0) {
                    assertDone(await stack.up());
                    expectGolden(what, isIssuedOrRestored); // a pause that failed was undone
                } else {
                    assertDone(await stack.destroy());
                    expectStart(what);
                }
            }
        }
    });

    it("fails the undo; the next destroy goes back", async () => {
        const stack = begin();
        for (let write = 1; write <= undoWrites.length; write++) {
            for (const moment of MOMENTS) {
                world.restore(moved.data);
                stack.load(moved.saved);
                await stack.destroy({ write, moment, kind: "fail" });
                assertDone(await stack.destroy());
                expectStart(`${moment} write ${write} of the undo (${undoWrites[write - 1]})`);
            }
        }
    });
});

type Pair = readonly [write: number, undoWrite: number, first: Moment, second: Moment];

function pairsToTry(forward: number, back: number): Pair[] {
    const all: Pair[] = [];
    for (let write = 1; write <= forward; write++)
        for (let undoWrite = 1; undoWrite <= back; undoWrite++)
            for (const first of MOMENTS)
                for (const second of MOMENTS) all.push([write, undoWrite, first, second]);
    if (PAIRS === "all") return all;
    const random = generator(SEED);
    return Array.from(
        { length: Math.min(Number(PAIRS), all.length) },
        () => all.splice(Math.floor(random() * all.length), 1)[0] as Pair,
    );
}

/** The same numbers for the same seed (mulberry32). */
function generator(seed: number): () => number {
    let state = seed;
    return () => {
        state = (state + 0x6d2b79f5) | 0;
        let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
        mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
}
