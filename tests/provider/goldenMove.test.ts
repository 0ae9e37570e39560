// The move, its undo and the move again, without disturbance: what every other test compares with.
import assert from "node:assert/strict";
import { ADDON, RELEASE, TEAM } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { isIssued } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";

describe("a move in memory", () => {
    it("puts the add-on in place of the release and leaves every model alone", async () => {
        const { world, state } = startOf();
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const after = stateOf(world);
        assertHarmless(world);
        assert.ok(stack.resource);
        assert.equal(stack.resource.outputs.phase, "Moved");
        assert.equal(world.data.addons.get(ADDON)?.status, "ACTIVE");
        for (const name of ["hyperpod-inference-operator-alb", "keda-operator", "keda-admission-webhooks"])
            assert.equal(
                world.store.raw({
                    apiVersion: "apps/v1",
                    kind: "Deployment",
                    namespace: RELEASE.namespace,
                    name,
                }),
                undefined,
            );
        const untouched = (key: string) =>
            key.includes(` ${TEAM}/`) || key.includes(" shop/") || key.includes(" cert-manager/");
        for (const [key, before] of Object.entries(state.kubernetes))
            if (untouched(key)) assert.deepEqual(after.kubernetes[key], before, key);
        for (const [key, uid] of Object.entries(state.identities))
            if (untouched(key)) assert.equal(after.identities[key], uid, key);
        assert.deepEqual(world.store.list("v1", "Secret", { labelSelector: "owner=helm" }), []);
        const { pausedSeconds } = stack.resource.outputs as { pausedSeconds: Record<string, number> };
        assert.ok((pausedSeconds.operator ?? 0) > 0);
    });

    it("W41: is undone without a trace after the add-on is ACTIVE and Helm's objects are deleted", async () => {
        const { world, state } = startOf();
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        world.settle();
        assertDone(await stack.destroy());
        assertSame(stateOf(world), state, "after destroy");
        assertHarmless(world);
    });

    it("a controller that did not work before is not waited for by the undo, nor what it should have answered", async () => {
        const { world, state } = startOf({}, (broken) => {
            const deployments = { apiVersion: "apps/v1", kind: "Deployment", namespace: RELEASE.namespace };
            const by = { manager: "kubectl-edit", operation: "Update" } as const;
            const account = { template: { spec: { serviceAccountName: "deleted-by-somebody" } } };
            broken.store.merge(
                { ...deployments, name: "keda-operator-metrics-apiserver" },
                { spec: account },
                by,
            );
            broken.settle();
            for (const pod of broken.store.all("Pod", RELEASE.namespace))
                if (pod.metadata.labels?.app === "keda-operator-metrics-apiserver") broken.store.erase(pod);
            broken.settle();
        });
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const begun = world.clock.now();
        assertDone(await stack.destroy());
        assert.ok(world.clock.now() - begun < 120_000, "the undo waited in vain");
        assertSame(stateOf(world), state, "after destroy");
    });

    it("moves and goes back again and again with the same results", async () => {
        const { world, state } = startOf();
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const golden = stateOf(world, true);
        for (let round = 0; round < 3; round++) {
            assertDone(await stack.destroy());
            assertSame(stateOf(world), state, `undo ${round}`);
            assertDone(await stack.up());
            assertSame(stateOf(world, true), golden, `move ${round}`, isIssued);
        }
        assertHarmless(world);
    });

    it("writes nothing when it is asked for twice", async () => {
        const { world } = startOf();
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const again = await stack.up();
        assertDone(again);
        assert.deepEqual(again.mover.writes, []);
        assert.ok(again.mover.calls <= 3, `${again.mover.calls} calls for a look at the journal alone`);
    });
});
