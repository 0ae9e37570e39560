// A cluster is restored from a backup of before the move (Velero), and EKS keeps its add-ons: `up` makes EKS apply them again and ends as a move ends, `destroy` goes back. What nobody will make is not waited for.
import assert from "node:assert/strict";
import { KubernetesWorkloads } from "../../provider/adapters/kubernetes/workloads";
import type { Objects } from "../../provider/ports/world";
import { everyDependency } from "./memory/dependencyContent";
import { assertDone, assertSame, startOf, stateOf } from "./memory/expectations";
import { goldenRun } from "./memory/goldenRun";
import { isIssued } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";

const { world, snapshot, state: start } = startOf();

async function restored(): Promise<MemoryStack> {
    world.restore(snapshot);
    const stack = new MemoryStack(world);
    assertDone(await stack.up());
    world.data.objects = new Map(snapshot.objects);
    world.settle();
    return stack;
}

describe("a cluster restored from before the move, with add-ons that EKS keeps", function () {
    this.timeout(60_000);

    it("is moved again by up, within the time of a move", async () => {
        const { golden } = await goldenRun(world, snapshot);
        const stack = await restored();
        const began = world.data.now;
        assertDone(await stack.up());
        assert.ok(world.data.now - began < 120_000, `${(world.data.now - began) / 1000} s`);
        world.settle();
        assertSame(
            stateOf(world, true),
            golden,
            "after up",
            (difference) => isIssued(difference) || difference.path.startsWith("metadata.managedFields"),
        );
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
    });

    it("has its dependencies moved again too", async () => {
        const { world: full, state } = everyDependency();
        const before = full.snapshot();
        const stack = new MemoryStack(full);
        assertDone(await stack.up());
        full.settle();
        const golden = stateOf(full, true);
        full.data.objects = new Map(before.objects);
        full.settle();
        assertDone(await stack.up());
        full.settle();
        // Helm's marks mean nothing without its records.
        assertSame(
            stateOf(full, true),
            golden,
            "after up",
            (difference) =>
                isIssued(difference) || /^metadata\.(managedF|annotations|labels)/.test(difference.path),
        );
        assertDone(await stack.destroy());
        assertSame(stateOf(full), state, "after destroy");
    });

    it("is Helm's again after destroy", async () => {
        const stack = await restored();
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
    });

    it("has a workload that nobody makes: the wait for it ends long before its time, and says so", async () => {
        world.restore(snapshot);
        const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: "kube-system", name: "gone" };
        const objects = { read: async () => undefined, list: async () => [] } as unknown as Objects;
        const began = world.data.now;
        await assert.rejects(
            new KubernetesWorkloads(
                objects,
                world.clock.forMover(() => false),
            ).waitAvailable([ref], 20 * 60_000),
            /not available: kube-system\/gone \(is not there\)/,
        );
        assert.ok(world.data.now - began < 60_000, `${(world.data.now - began) / 1000} s`);
    });
});
