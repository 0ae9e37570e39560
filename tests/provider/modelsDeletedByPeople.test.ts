// A model that a person deletes during a move is that person's decision: noted, not made again, and no reason to stop.
import assert from "node:assert/strict";
import { MigrationStep } from "../../provider/plan/plan";
import type { ObjectRef } from "../../provider/ports/world";
import { byHand } from "./memory/colleague";
import { TEAM } from "./memory/content";
import { assertDone, startOf } from "./memory/expectations";
import { GROUP } from "./memory/operatorContent";
import { MemoryStack } from "./memoryStack";

const { world, snapshot } = startOf();
const model: ObjectRef = {
    apiVersion: `${GROUP}/v1`,
    kind: "InferenceEndpointConfig",
    namespace: TEAM,
    name: "qwen7b",
};

/** With the operator's finalizer done. */
function deleteModel(): void {
    byHand(world, () => {
        world.store.merge(
            model,
            { metadata: { finalizers: null } },
            { manager: "manager", operation: "Update" },
        );
        world.store.remove(model);
    });
    assert.equal(world.store.raw(model), undefined);
}

describe("a model that a person deletes during the move", () => {
    for (const until of [
        MigrationStep.BackUp,
        MigrationStep.ScaleDown,
        MigrationStep.Install,
        MigrationStep.Verify,
        MigrationStep.RetireHelm,
    ])
        it(`after ${until}: the move ends and says so, the undo does not make it again`, async () => {
            world.restore(snapshot);
            const stack = new MemoryStack(world);
            assertDone(await stack.up({ until }));
            deleteModel();
            assertDone(await stack.up());
            const { phase, warnings } = stack.resource?.outputs ?? {};
            assert.equal(phase, "Moved");
            assert.deepEqual(
                (warnings as string[]).filter((line) => line.includes("qwen7b was")),
                ["InferenceEndpointConfig team-a/qwen7b was deleted meanwhile, and is not made again"],
            );
            assertDone(await stack.destroy());
            assert.equal(world.store.raw(model), undefined);
            assert.equal(world.store.all("InferenceEndpointConfig").length, 1);
        });

    it("and makes again with other settings: theirs stays, both ways", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        assertDone(await stack.up({ until: MigrationStep.Install }));
        deleteModel();
        const spec = { modelName: "qwen8b", instanceType: "ml.g6.8xlarge" };
        world.store.create(
            { ...model, metadata: { name: "qwen7b", namespace: TEAM }, spec },
            { manager: "kubectl-create", operation: "Update" },
        );
        assertDone(await stack.up());
        assertDone(await stack.destroy());
        assert.deepEqual(world.store.raw(model)?.spec, spec);
    });
});
