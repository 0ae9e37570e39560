// An undo that was cut off, or is run once more: what a colleague has changed since then stays, and what is restored is not written again.
import assert from "node:assert/strict";
import { replicasOf } from "../../provider/operations/handover/stoppedControllers";
import type { KubernetesObject } from "../../provider/ports/world";
import {
    ALB,
    HOTFIX,
    helmUninstall,
    helmUpgrade,
    recordsSeenByHelm,
    scaleAndLabel,
} from "./memory/colleague";
import { ADDON } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { MemoryStack, type Result } from "./memoryStack";

const { world, snapshot, state: start } = startOf();

async function moved(): Promise<MemoryStack> {
    world.restore(snapshot);
    const stack = new MemoryStack(world);
    assertDone(await stack.up());
    return stack;
}

/** Writes that are not the lock's or the journal's. */
function writesOf({ mover }: Result): string[] {
    return mover.writes.filter((write) => !/pulumi-hyperpod-migration|Lease/.test(write));
}

function imageOf(object: KubernetesObject | undefined): string | undefined {
    const { template } = (object?.spec ?? {}) as {
        template?: { spec: { containers: { image: string }[] } };
    };
    return template?.spec.containers[0]?.image;
}

describe("an undo that is complete", () => {
    it("cut off after its last write: a later helm upgrade, replicas and labels stay, and nothing is written", async () => {
        const stack = await moved();
        const [there, saved] = [world.snapshot(), stack.save()];
        const last = (await stack.destroy()).mover.writes.findIndex((write) =>
            /^remove Secret kube-system\/pulumi-hyperpod-migration-hyperpod-inference-operator$/.test(write),
        );
        assert.ok(last > 0);
        world.restore(there);
        stack.load(saved);
        const cut = await stack.destroy({ write: last + 1, moment: "after", kind: "crash" });
        assert.equal(cut.kind, "crashed");
        assertSame(stateOf(world, true), start, "only the lock is left of the move");
        assert.ok(helmUpgrade(world) && scaleAndLabel(world));
        const theirs = stateOf(world, true);
        const again = await stack.destroy();
        assertDone(again);
        assert.deepEqual(writesOf(again), []);
        assertSame(stateOf(world), theirs, "after the second destroy");
        assert.equal(recordsSeenByHelm(world).length, 3);
        assertHarmless(world);
    });

    it("and not told to the state: destroyed again, nothing is written, also when the release was uninstalled since", async () => {
        for (const act of [helmUpgrade, scaleAndLabel, helmUninstall]) {
            const stack = await moved();
            const saved = stack.save();
            assertDone(await stack.destroy());
            assertSame(stateOf(world), start, "after the first destroy");
            stack.load(saved);
            assert.ok(act(world));
            const theirs = stateOf(world);
            const again = await stack.destroy();
            assertDone(again);
            assert.deepEqual(writesOf(again), [], act.name);
            assertSame(stateOf(world), theirs, `${act.name}, after the second destroy`);
            assert.ok(stack.warnings.some((line) => /it was undone before/.test(line)));
        }
    });

    it("followed by up: the move is planned and backed up anew, and its undo leads to what the colleague left", async () => {
        const stack = await moved();
        const saved = stack.save();
        assertDone(await stack.destroy());
        stack.load(saved);
        assert.ok(helmUpgrade(world) && scaleAndLabel(world));
        const theirs = stateOf(world);
        assertDone(await stack.refresh());
        assertDone(await stack.up());
        assert.equal(stack.resource?.outputs.phase, "Moved");
        assert.equal(recordsSeenByHelm(world).length, 0, "the newest record is hidden too");
        assertDone(await stack.destroy());
        assertSame(stateOf(world), theirs, "after destroy");
        assert.equal(imageOf(world.store.raw(ALB)), HOTFIX);
    });

    it("but not when only the cluster's journal is gone: the move is undone from the state alone", async () => {
        const stack = await moved();
        for (const { metadata } of world.store.all("Secret"))
            if (/^pulumi-hyperpod-migration/.test(metadata.name))
                world.store.remove({
                    apiVersion: "v1",
                    kind: "Secret",
                    namespace: metadata.namespace ?? "",
                    name: metadata.name,
                });
        assertDone(await stack.destroy());
        assert.equal(world.data.addons.has(ADDON), false);
        assertSame(stateOf(world), start, "after destroy");
    });
});

describe("an undo that is cut off once Helm sees its release again", function () {
    this.timeout(600_000);

    it("at any write: the hotfix of a colleague is in the release when the next destroy ends", async () => {
        const stack = await moved();
        const [there, saved] = [world.snapshot(), stack.save()];
        const { writes } = (await stack.destroy()).mover;
        let tried = 0;
        for (let write = 1; write <= writes.length; write++) {
            world.restore(there);
            stack.load(saved);
            stack.warnings.length = 0;
            await stack.destroy({ write, moment: "after", kind: "crash" });
            if (!helmUpgrade(world)) continue;
            scaleAndLabel(world);
            tried += 1;
            const what = `after write ${write} (${writes[write - 1]})`;
            const isThere = world.store.raw(ALB) !== undefined;
            assertDone(await stack.destroy());
            world.settle();
            if (isThere) assert.equal(imageOf(world.store.raw(ALB)), HOTFIX, what);
            if (isThere) assert.equal(replicasOf(world.store.raw(ALB) as KubernetesObject), 5, what);
            const role = world.store
                .all("ClusterRole")
                .find(({ metadata }) => metadata.name === "keda-operator");
            assert.equal(role?.metadata.labels?.owner, "colleague", what);
            assert.equal(role?.metadata.labels?.["helm-revision"], "3", what);
            assert.equal(recordsSeenByHelm(world).length, 3, what);
            assertHarmless(world);
        }
        assert.ok(tried > 40, `${tried} positions`);
    });

    it("says what it leaves as others have set it", async () => {
        const stack = await moved();
        scaleAndLabel(world);
        assertDone(await stack.destroy());
        const told = stack.warnings.filter((line) =>
            /ClusterRole keda-operator.*metadata\.labels\.owner \(kubectl-edit\)/.test(line),
        );
        assert.equal(told.length, 1, stack.warnings.join("\n"));
    });
});
