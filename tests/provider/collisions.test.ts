// A garbage collector that takes its time: the undo makes no Deployment again while a ReplicaSet of the former one of its name is left, or its status would count a collision for ever.
import assert from "node:assert/strict";
import { assertDone, assertSame, stateOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";
import { MemoryWorld } from "./memoryWorld";

function collisions(world: MemoryWorld): string[] {
    return world.store
        .all("Deployment")
        .filter(
            ({ status }) => (status as { collisionCount?: number } | undefined)?.collisionCount !== undefined,
        )
        .map(({ metadata }) => metadata.name);
}

describe("Deployments that an undo makes again", () => {
    it("wait until ReplicaSets of former ones of their names are collected", async () => {
        const world = new MemoryWorld({}, { collectMs: 20_000 });
        const start = stateOf(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        assertDone(await stack.destroy());
        assert.deepEqual(collisions(world), []);
        world.settle(60_000);
        assertSame(stateOf(world), start, "after the undo");
        assert.match(
            stack.progress.join("\n"),
            /undo retireHelm: waiting for ReplicaSet .*hyperpod-inference-operator-controller-manager-\S+.* to be collected/,
        );
    });

    it("are made after a minute also where nobody collects, and it is told", async () => {
        const world = new MemoryWorld({}, { collectMs: 3_600_000 });
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        assertDone(await stack.destroy());
        assert.match(
            stack.warnings.join("\n"),
            /of former Deployments are still there; .* count a collision/,
        );
        assert.ok(collisions(world).length > 0, "the world counts them");
    });
});
