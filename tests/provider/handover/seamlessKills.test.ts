// A mover that is killed at any write of a move without a pause, or of its undo; the next command goes on or goes back. It ends golden or at the start, and nobody's model or ingress was refused. And nobody comes for longer than any Lease that is to run out: one generation of each controller leads then. HANDOVER_KILLS=n tries a sample of n, LEFT_KILLS=n one of those after which nobody comes, SEED=n another one, `all` every one, ONLY=text those whose description has the text.
import assert from "node:assert/strict";
import { ENDING_SECONDS } from "../../../provider/operations/handover/heldLeases";
import type { Difference, State } from "../../../sandbox/compare/capturedState";
import { sample } from "../../faults/matrix";
import { ELECTED } from "../memory/elections";
import { assertDone, assertHarmless, assertSame, stateOf } from "../memory/expectations";
import { type GoldenRun, goldenRun } from "../memory/goldenRun";
import type { Moment } from "../memory/mover";
import type { Requests } from "../memory/requests";
import { isIssuedOrRestored } from "../memory/sameButIssued";
import { MemoryStack } from "../memoryStack";
import type { MemoryWorld } from "../memoryWorld";
import { INGRESSES, MODELS, SCALING, slowWorld } from "./slowWorld";

const { HANDOVER_KILLS: WANTED = "6", LEFT_KILLS: LEFT = "2", SEED = "1", ONLY = "" } = process.env;
/** Until somebody runs the next command. */
const AWAY_MS = 5_000;
/** Nobody does. */
const FOR_GOOD_MS = 3 * ENDING_SECONDS * 1000;
/** Who leads is decided by these. */
const DECIDING =
    /ValidatingAdmissionPolicy|Lease .*(operator\.keda\.sh|aws-load-balancer-controller-leader)|Deployment .*(keda-operator|-alb)$/;

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

    it(`at a write that decides who leads (${LEFT}), and nobody comes back: one of each controller leads`, async () => {
        const once = kills.filter(({ second }) => second === "destroy");
        const deciding = once.filter(({ what }) => LEFT === "all" || DECIDING.test(what));
        assert.ok(deciding.length > 60, `${deciding.length} kills`);
        const matching = deciding.filter((kill) => told(kill).includes(ONLY));
        const chosen = LEFT === "all" ? matching : sample(matching, Number(LEFT), Number(SEED));
        const wrong: string[] = [];
        for (const kill of chosen) {
            const stack = await killedBy(kill);
            world.settle(FOR_GOOD_MS);
            const leaders = leadersNow();
            const isOne = Object.values(leaders).every((pods) => pods.length === 1);
            assertDone(await stack.destroy());
            if (!isOne || world.data.violations.length > 0)
                wrong.push(`${told(kill)}: ${JSON.stringify(leaders)} ${world.data.violations.join("; ")}`);
        }
        console.log(`    ${once.length} kills, ${chosen.length} of them tried, ${wrong.length} wrong`);
        assert.equal(wrong.length, 0, `\n${wrong.join("\n")}`);
    });
});

/** By image. */
function leadersNow(): Record<string, readonly string[]> {
    const acting = world.data.acts.filter(({ until }) => until === undefined);
    return Object.fromEntries(
        Object.keys(ELECTED).map((name) => [
            name,
            acting.flatMap(({ image, pod }) => (image === name ? [pod] : [])),
        ]),
    );
}

async function killedBy(
    { first, write, moment }: Kill,
    before: () => unknown = () => undefined,
): Promise<MemoryStack> {
    world.restore(first === "up" ? snapshot : run.moved.data);
    before();
    const stack = stackOf(world);
    if (first === "destroy") stack.load(run.moved.saved);
    const crash = { write, moment, kind: "crash" } as const;
    const killed = await (first === "up" ? stack.up({}, crash) : stack.destroy(crash));
    assert.equal(killed.kind, "crashed");
    return stack;
}

async function tried(kill: Kill): Promise<void> {
    const { first, second } = kill;
    const watched: Requests[] = [];
    const stack = await killedBy(kill, () => watched.push(world.watchRequests()));
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
        assert.deepEqual([...(watched[0]?.refused.get(kind)?.reasons ?? [])], [], kind);
}
