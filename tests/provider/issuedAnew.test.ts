// The undo under cert-manager's own rule since 1.18: it issues again when the Certificate goes back. The undo waits for it, requests are answered, and what is not as before is said.
import assert from "node:assert/strict";
import { compareStates } from "../../sandbox/compare/compare";
import { assertDone, assertHarmless, assertSame, stateOf } from "./memory/expectations";
import { isIssued } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";
import { MemoryWorld } from "./memoryWorld";

async function undone(comparesRequest: boolean) {
    const world = new MemoryWorld({}, { issueMs: 4_000, comparesRequest });
    world.settle();
    const start = world.capture();
    const stack = new MemoryStack(world);
    assertDone(await stack.up());
    stack.warnings.length = 0;
    assertDone(await stack.destroy());
    const atTheEnd = world.capture();
    return { world, start, warnings: stack.warnings, atTheEnd, later: stateOf(world) };
}

describe("an undo beside cert-manager", () => {
    it("that compares with its latest request says what was issued anew, and nothing changes after its end", async () => {
        const { world, start, warnings, atTheEnd, later } = await undone(true);
        const told = warnings.filter((line) => /issued Secret .* anew/.test(line));
        assert.equal(told.length, 1, warnings.join("\n"));
        assert.match(told[0] ?? "", /Secret hyperpod-inference-system\/webhook-server-cert anew/);
        assert.notDeepEqual(compareStates(start, later, { ignore: () => false }), [], "the rule was met");
        assertSame(later, atTheEnd, "after the end");
        assertSame(later, start, "but for what is told", isIssuedOrManaged);
        assertHarmless(world);
    });

    it("that compares with the Secret alone ends equal, and has nothing to say", async () => {
        const { start, warnings, later } = await undone(false);
        assertSame(later, start, "after destroy");
        assert.deepEqual(
            warnings.filter((line) => /cert-manager/.test(line)),
            [],
        );
    });
});

/** Who issues, and who hands its authority on, leaves its field manager too. */
function isIssuedOrManaged(difference: Parameters<typeof isIssued>[0]): boolean {
    return isIssued(difference) || difference.path.startsWith("metadata.managedFields");
}
