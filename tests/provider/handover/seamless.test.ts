// A whole move and its undo on which the operator hands over without a pause: 60 s until new pods are Ready, 20 s until pods see Secrets, real elections. Users ask all the time.
import assert from "node:assert/strict";
import type { Difference } from "../../../sandbox/compare/state";
import { assertDone, assertHarmless, assertSame, stateOf } from "../memory/expectations";
import { isIssued } from "../memory/sameButIssued";
import { MemoryStack } from "../memoryStack";
import { MODELS, slowWorld } from "./slowWorld";

const isElected = (difference: Difference) => difference.key.startsWith("coordination.k8s.io/Lease ");
const isAnew = (difference: Difference) => isIssued(difference) || isElected(difference);

describe("a move whose operator hands over", () => {
    it("refuses no request for a model on the way there and back, three times, and no two operators act", async () => {
        const world = slowWorld();
        const start = stateOf(world);
        const stack = new MemoryStack(world);
        const requests = world.watchRequests();
        for (const run of [1, 2, 3]) {
            assertDone(await stack.up());
            world.settle(60_000);
            assert.equal(requests.refused.get(MODELS), undefined, JSON.stringify(requests.seconds()));
            assertHarmless(world);
            assertDone(await stack.destroy());
            world.settle(60_000);
            assert.equal(requests.refused.get(MODELS), undefined, JSON.stringify(requests.seconds()));
            assertHarmless(world);
            assertSame(stateOf(world), start, `after undo ${run}`, isElected);
        }
    });

    it("ends as a move with a pause does, in which models are refused for a minute", async () => {
        const ends = [];
        for (const handover of ["Pause", "Auto"]) {
            const world = slowWorld();
            const requests = world.watchRequests();
            const stack = new MemoryStack(world, { clusterName: "demo", handover });
            assertDone(await stack.up());
            ends.push(stateOf(world, true));
            const { milliseconds = 0 } = requests.refused.get(MODELS) ?? {};
            assert.ok(handover === "Auto" ? milliseconds === 0 : milliseconds > 60_000, `${milliseconds} ms`);
            const steps = ((stack.resource?.outputs.steps ?? []) as { name: string }[]).map(
                ({ name }) => name,
            );
            assert.equal(steps.includes("redirect"), handover === "Auto");
        }
        const [paused, seamless] = ends;
        assert.ok(paused && seamless);
        assertSame(seamless, paused, "without a pause", isAnew);
    });
});
