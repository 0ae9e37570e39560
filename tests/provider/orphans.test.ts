// The engine dies while controllers are stopped: the orphaned mover goes on to where one generation serves, or brings back what it stopped; it never leaves controllers at 0.
import assert from "node:assert/strict";
import { ADDON } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { isIssued } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";

const { world, snapshot, state: start } = startOf();
const GONE = "the Pulumi engine is gone";

/** Available replicas of the operator, whoever runs it. */
function operators(): number {
    return world.store
        .all("Deployment")
        .filter(({ metadata }) => /^hyperpod-inference-(operator-)?controller-manager$/.test(metadata.name))
        .map(({ status }) => (status as { availableReplicas?: number } | undefined)?.availableReplicas ?? 0)
        .reduce((sum, one) => sum + one, 0);
}

async function writesOf(command: "up" | "destroy"): Promise<readonly string[]> {
    world.restore(snapshot);
    const stack = new MemoryStack(world);
    const up = await stack.up();
    assertDone(up);
    return command === "up" ? up.mover.writes : (await stack.destroy()).mover.writes;
}

describe("a mover whose engine is gone", function () {
    this.timeout(600_000);

    it("at any write of a move leaves one generation serving; up goes on, destroy goes back", async () => {
        world.restore(snapshot);
        const writes = await writesOf("up");
        world.settle();
        const end = stateOf(world, true);
        for (let write = 2; write <= writes.length; write += 1) {
            const what = `write ${write} (${writes[write - 1]})`;
            world.restore(snapshot);
            const stack = new MemoryStack(world);
            await stack.up({}, undefined, (mover) => {
                mover.onWrite = (number) => {
                    if (number >= write) mover.stopReason = GONE;
                };
            });
            world.settle();
            assert.equal(operators(), 1, `${what}: operators that serve`);
            assertHarmless(world);
            if (write % 2 === 0) {
                assertDone(await stack.up());
                const ignore = (one: { path: string }) => one.path.startsWith("metadata.managedFields");
                assertSame(stateOf(world, true), end, what, (one) => isIssued(one) || ignore(one));
            } else {
                assertDone(await stack.destroy());
                assertSame(stateOf(world), start, what);
            }
        }
    });

    it("at any write of the undo leaves one generation serving", async () => {
        const writes = await writesOf("destroy");
        world.restore(snapshot);
        const first = new MemoryStack(world);
        assertDone(await first.up());
        const [moved, saved] = [world.snapshot(), first.save()];
        for (let write = 2; write <= writes.length; write += 1) {
            const what = `write ${write} (${writes[write - 1]})`;
            world.restore(moved);
            const stack = new MemoryStack(world);
            stack.load(saved);
            await stack.destroy(undefined, (mover) => {
                mover.onWrite = (number) => {
                    if (number >= write) mover.stopReason = GONE;
                };
            });
            world.settle();
            assert.equal(operators(), 1, `${what}: operators that serve`);
            assertDone(await stack.destroy());
            assertSame(stateOf(world), start, what);
        }
    });

    it("brings Helm's controllers back when the add-on fails", async () => {
        world.restore(snapshot);
        world.data.outcomes.set(ADDON, "CREATE_FAILED");
        const stack = new MemoryStack(world);
        const result = await stack.up({}, undefined, (mover) => {
            mover.onWrite = (number) => {
                if (mover.writes[number - 1]?.startsWith("create add-on amazon-sagemaker"))
                    mover.stopReason = GONE;
            };
        });
        world.data.outcomes.clear();
        assert.equal(result.kind, "failed");
        world.settle();
        assert.equal(operators(), 1);
        assert.match(stack.warnings.join("\n"), /Helm's controllers run again/);
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
    });
});
