// A mover that is killed at any write of a move without a pause, or of its undo; the next command goes on or goes back. It ends golden or at the start, and nobody's model or ingress was refused. HANDOVER_KILLS=n tries a sample of n, SEED=n another one, HANDOVER_KILLS=all every one, ONLY=text those whose description has the text.
import assert from "node:assert/strict";
import type { Difference, State } from "../../../sandbox/compare/capturedState";
import { sample } from "../../faults/matrix";
import { assertDone, assertHarmless, assertSame, stateOf } from "../memory/expectations";
import { type GoldenRun, goldenRun } from "../memory/goldenRun";
import type { Moment } from "../memory/mover";
import { isIssuedOrRestored } from "../memory/sameButIssued";
import { MemoryStack } from "../memoryStack";
import type { MemoryWorld } from "../memoryWorld";
import { INGRESSES, MODELS, SCALING, slowWorld } from "./slowWorld";

const { HANDOVER_KILLS: WANTED = "6", SEED = "1", ONLY = "" } = process.env;
/** Until somebody runs the next command. */
const AWAY_MS = 5_000;

type Command = "up" | "destroy";

interface Kill {
    readonly first: Command;
    readonly write: number;
    readonly what: string;
    readonly moment: Moment;
    readonly second: Command;
}

const world = slowWorld();
const snapshot = world.snapshot();
let start: State;
let run: GoldenRun;
let kills: Kill[];

const stackOf = (of: MemoryWorld) => new MemoryStack(of, { clusterName: "demo", allowAdmissionBypass: true });
const isElected = (difference: Difference) => difference.key.startsWith("coordination.k8s.io/Lease ");
const told = ({ first, moment, write, what, second }: Kill) =>
    `${first} killed ${moment} write ${write} (${what}), then ${second}`;

describe("a mover that is killed on the way without a pause", function () {
    this.timeout(3_600_000);

    before(async () => {
        start = stateOf(world);
        run = await goldenRun(world, snapshot, stackOf);
        const { writes } = run;
        const all = (first: Command, writes: readonly string[]) =>
            writes.flatMap((what, index) =>
                (["before", "after"] as const).flatMap((moment) =>
                    (["up", "destroy"] as const).map(
                        (second): Kill => ({ first, write: index + 1, what, moment, second }),
                    ),
                ),
            );
        kills = [...all("up", writes.up), ...all("destroy", writes.destroy)];
        assert.ok(kills.length > 600, `${kills.length} kills`);
    });

    it(`at any write (${WANTED}): the end is golden or the start, no model or ingress is refused, and one of each controller acts`, async () => {
        const matching = kills.filter((kill) => told(kill).includes(ONLY));
        const chosen = WANTED === "all" ? matching : sample(matching, Number(WANTED), Number(SEED));
        const wrong: string[] = [];
        for (const kill of chosen) {
            try {
                await tried(kill);
            } catch (error) {
                wrong.push(`${told(kill)}: ${(error as Error).message}`);
            }
        }
        console.log(`    ${kills.length} kills, ${chosen.length} of them tried, ${wrong.length} wrong`);
        assert.equal(wrong.length, 0, `\n${wrong.join("\n")}`);
    });
});

async function tried({ first, write, moment, second }: Kill): Promise<void> {
    world.restore(first === "up" ? snapshot : run.moved.data);
    const stack = stackOf(world);
    if (first === "destroy") stack.load(run.moved.saved);
    const requests = world.watchRequests();
    const crash = { write, moment, kind: "crash" } as const;
    const killed = await (first === "up" ? stack.up({}, crash) : stack.destroy(crash));
    assert.equal(killed.kind, "crashed");
    world.settle(AWAY_MS);
    // A stack whose state says that it moved learns from a refresh that the undo was begun.
    if (first === "destroy" && second === "up") assertDone(await stack.refresh());
    assertDone(await stack[second]());
    const end = stateOf(world, second === "up");
    assertSame(end, second === "up" ? run.golden : start, "the end", (difference) =>
        second === "up" ? isIssuedOrRestored(difference) || isElected(difference) : isElected(difference),
    );
    assertHarmless(world);
    for (const kind of [MODELS, ...INGRESSES, ...SCALING])
        assert.deepEqual([...(requests.refused.get(kind)?.reasons ?? [])], [], kind);
}
