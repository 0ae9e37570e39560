// EKS that writes its fields again and again while the add-on is CREATING: a handover leaves EKS's values alone, so nothing is refused, there and back.
import assert from "node:assert/strict";
import { assertDone, assertHarmless, assertSame, stateOf } from "../memory/expectations";
import { MemoryStack } from "../memoryStack";
import { MODELS, slowWorld } from "./slowWorld";

describe("a move whose operator hands over while EKS applies again and again", () => {
    it("refuses no request for a model, and ends where it began", async () => {
        const world = slowWorld();
        world.data.behaviour = { ...world.data.behaviour, reapplyEveryMs: 5_000 };
        const start = stateOf(world);
        const stack = new MemoryStack(world);
        const requests = world.watchRequests();
        assertDone(await stack.up());
        const steps = (stack.resource?.outputs.steps ?? []) as { name: string }[];
        assert.ok(steps.some(({ name }) => name === "handOver"));
        world.settle(60_000);
        assertDone(await stack.destroy());
        world.settle(60_000);
        assert.equal(requests.refused.get(MODELS), undefined, JSON.stringify(requests.seconds()));
        assertHarmless(world);
        assertSame(stateOf(world), start, "after the undo", ({ key }) =>
            key.startsWith("coordination.k8s.io/Lease "),
        );
    });
});
