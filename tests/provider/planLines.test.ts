// The preview's lines: short enough that a CLI shows them whole, and nothing of them lost by wrapping.
import assert from "node:assert/strict";
import { assertDone, startOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

describe("the plan in a preview", () => {
    it("has no line that a CLI would cut off at 150 characters, and one numbered line per step", async () => {
        const { world, snapshot } = startOf();
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const lines = stack.resource?.inputs.plan as string[];
        assert.ok(lines.length >= 11);
        for (const line of lines) assert.ok(line.length <= 150, line);
        const numbers = lines.map((line) => /^ ?(\d+) \w+/.exec(line)?.[1]).filter(Boolean);
        assert.deepEqual(
            numbers,
            Array.from({ length: 11 }, (_, index) => String(index + 1)),
        );
    });
});
