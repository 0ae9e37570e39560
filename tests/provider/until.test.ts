// Every step is a stop: the move goes so far and no further, can be undone from there, and goes on from there to its end.
import assert from "node:assert/strict";
import { orderOf } from "../../provider/plan/stepOrders";
import { assertDone, assertSame, startOf, stateOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

const { world, snapshot, state: start } = startOf();
const ORDER = orderOf({});

function statesAt(stack: MemoryStack): [string, string][] {
    const steps = stack.resource?.outputs.steps as { name: string; state: string }[];
    return steps.map(({ name, state }) => [name, state]);
}

describe("until", () => {
    for (const [index, until] of ORDER.entries()) {
        it(`${until} stops the move after this step, and a destroy from there leaves nothing behind`, async () => {
            world.restore(snapshot);
            const stack = new MemoryStack(world);
            assertDone(await stack.up({ until }));
            assert.deepEqual(
                statesAt(stack),
                ORDER.map((name, at) => [name, at <= index ? "done" : "pending"]),
            );
            const isLast = index === ORDER.length - 1;
            assert.equal(stack.resource?.outputs.phase, isLast ? "Moved" : "Stopped");
            assert.equal(stack.resource?.outputs.nextStep, ORDER[index + 1] ?? "");
            assertDone(await stack.destroy());
            assertSame(stateOf(world), start, `undone from ${until}`);
        });
    }

    it("takes one step per up when it is raised one by one", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        for (const [index, until] of ORDER.entries()) {
            assertDone(await stack.up({ until }));
            assert.equal(statesAt(stack).filter(([, state]) => state === "done").length, index + 1);
        }
        assert.equal(stack.resource?.outputs.phase, "Moved");
    });
});
