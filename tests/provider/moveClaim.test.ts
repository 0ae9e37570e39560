// A resource that Pulumi replaces before it deletes it: the one that was created later keeps its move. Guards what `--replace`, taint and replaceOnChanges do to a resource without a component around it.
import assert from "node:assert/strict";
import { isClaimedByAnother } from "../../provider/pulumi/moveClaim";
import type { PartialFailure } from "../../provider/pulumi/partialState";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import type { Injection } from "./memory/mover";
import { isIssued } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";

type Bag = Record<string, unknown>;

const { world, snapshot, state: start } = startOf();

/** A stack that has moved, and the outputs of the create that did it. */
async function moved(): Promise<{ stack: MemoryStack; inputs: Bag; outs: Bag }> {
    world.restore(snapshot);
    const stack = new MemoryStack(world);
    assertDone(await stack.up());
    const { inputs, outputs } = stack.resource ?? assert.fail();
    return { stack, inputs, outs: outputs };
}

async function create(stack: MemoryStack, inputs: Bag, injection?: Injection): Promise<Bag> {
    const { lifecycle, mover } = stack.process(injection);
    const outs = await lifecycle.create(inputs, stack.log).then(
        ({ outs: made }) => made,
        (error: PartialFailure) => error.properties,
    );
    mover.kill();
    return plain(outs);
}

async function destroy(stack: MemoryStack, outs: Bag): Promise<void> {
    const { lifecycle, mover } = stack.process();
    await lifecycle.delete(outs, stack.log);
    mover.kill();
}

const plain = (outs: Bag) => JSON.parse(JSON.stringify(outs)) as Bag;

describe("a move whose resource is created again before it is deleted", () => {
    it("belongs to the later create: deleting the earlier one does nothing, deleting the later one goes back", async () => {
        const { stack, inputs, outs } = await moved();
        const later = await create(stack, inputs);
        assert.notEqual(later.claim, outs.claim);
        const before = stateOf(world);
        await destroy(stack, outs);
        assertSame(stateOf(world), before, "nothing is undone");
        assert.match(stack.warnings.join("\n"), /belongs to a resource that was created later/);
        await destroy(stack, later);
        assertHarmless(world);
        assertSame(stateOf(world), start, "back at the start", isIssued);
    });

    for (const moment of ["before", "after"] as const)
        it(`can be undone by the later create whose claim failed ${moment} it was written`, async () => {
            const { stack, inputs } = await moved();
            const failing = { write: 1, moment, kind: "fail", times: 50 } as const;
            // The first write of all takes the lock.
            const later = await create(stack, inputs, { ...failing, write: 2 });
            assert.equal(later.phase, "Moving");
            await destroy(stack, later);
            assertSame(stateOf(world), start, "back at the start", isIssued);
        });

    it("comes back to the earlier one when the later create was never told to the state and that one is updated", async () => {
        const { stack, inputs } = await moved();
        const later = await create(stack, inputs);
        assertDone(await stack.up({ additionalConfiguration: { nodeSelector: { pool: "cpu" } } }));
        const before = stateOf(world);
        await destroy(stack, later);
        assertSame(stateOf(world), before, "nothing is undone");
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "back at the start", isIssued);
    });

    it("stays when its WayBack alone is replaced: that deletes the older one in the process that checked the newer", async () => {
        const { stack } = await moved();
        const { wayBack: older = assert.fail() } = stack;
        const before = stateOf(world);
        const { wayBack, mover } = stack.process();
        const { inputs } = wayBack.check({}, stack.inputs);
        await wayBack.delete(older, stack.log);
        stack.wayBack = plain((await wayBack.create(inputs, stack.log)).outs);
        mover.kill();
        assertSame(stateOf(world), before, "nothing is undone");
        assert.match(stack.warnings.join("\n"), /resource WayBack of demo was made anew.*`pulumi destroy`/);
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "back at the start", isIssued);
    });

    it("is undone by the WayBack of a killed create, though the same process made one of another Region", async () => {
        const { stack } = await moved();
        const { wayBack: older = assert.fail() } = stack;
        const { wayBack, mover } = stack.process();
        wayBack.check({}, { ...stack.inputs, region: "eu-west-1" });
        await wayBack.delete({ ...older, region: "us-west-2" }, stack.log);
        mover.kill();
        assertSame(stateOf(world), start, "back at the start", isIssued);
    });

    it("keeps its claim through updates and a refresh", async () => {
        const { stack, outs } = await moved();
        assert.match(String(outs.claim), /^[0-9a-f-]{36}$/);
        assertDone(await stack.up({ additionalConfiguration: { nodeSelector: { pool: "cpu" } } }));
        assertDone(await stack.refresh());
        assert.equal(stack.resource?.outputs.claim, outs.claim);
    });

    it("of a version that knew no claims is anybody's who can vouch for it", () => {
        const facts = { pausedSeconds: {}, warnings: [] };
        assert.equal(isClaimedByAnother({ facts }, {}), false);
        assert.equal(isClaimedByAnother({ facts }, { claim: "a" }), false);
        assert.equal(isClaimedByAnother({ facts: { ...facts, claim: "b" } }, {}), true);
    });
});
