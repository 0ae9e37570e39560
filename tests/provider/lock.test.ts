// One mover per release: a second one waits and goes on from the first one's journal, a dead one's lock is taken over, and who loses it writes no more.
import assert from "node:assert/strict";
import { newJournalKey } from "../../provider/engine/vouched";
import { RELEASE } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import type { Mover } from "./memory/mover";
import { isIssued } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";

const LEASE = {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    namespace: RELEASE.namespace,
    name: `pulumi-hyperpod-migration-${RELEASE.name}`,
};
const { world, snapshot, state: start } = startOf();
const by = { manager: "somebody", operation: "Update" } as const;

async function goldenState() {
    world.restore(snapshot);
    assertDone(await new MemoryStack(world).up());
    return stateOf(world, true);
}

describe("the lock", () => {
    it("W21: lets two movers that start at once make one move, which can be undone", async () => {
        const golden = await goldenState();
        world.restore(snapshot);
        const [one, two] = [new MemoryStack(world), new MemoryStack(world)];
        // One stack, run twice: another stack would not be vouched for.
        one.wayBack = { clusterName: "demo", journalKey: newJournalKey() };
        two.load(one.save());
        const [first, second] = await Promise.all([one.up(), two.up()]);
        assertDone(first);
        assertDone(second);
        assertSame(stateOf(world, true), golden, "after both", isIssued);
        assertDone(await two.destroy());
        assertSame(stateOf(world), start, "after the second one's destroy");
        assertHarmless(world);
    });

    it("makes a mover wait for a destroy that runs, and then begin anew", async () => {
        const golden = await goldenState();
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const again = new MemoryStack(world);
        again.wayBack = stack.wayBack;
        const [destroy, up] = await Promise.all([stack.destroy(), again.up()]);
        assertDone(destroy);
        assertDone(up);
        assertHarmless(world);
        const after = stateOf(world, true);
        assert.ok(
            after.aws["eks:Addon amazon-sagemaker-hyperpod-inference"],
            "the second mover made the move",
        );
        assertSame(
            after,
            golden,
            "after both",
            (one) => isIssued(one) || one.path.startsWith("metadata.managedFields"),
        );
    });

    it("gives up with the holder's name when another mover does not end in time", async () => {
        world.restore(snapshot);
        const other = new MemoryStack(world);
        world.data.outcomes.set("amazon-sagemaker-hyperpod-inference", "NEVER");
        const running = other.up();
        const stack = new MemoryStack(world, { clusterName: "demo", lockTimeoutMinutes: 1 });
        const before = world.data.now;
        const result = await stack.up();
        assert.equal(result.kind, "failed");
        assert.match(result.message, /another mover holds the lock.*mover-\d+.*\[HP134\]/s);
        assert.ok(world.data.now - before >= 60_000);
        world.data.outcomes.clear();
        assertDone(await running);
    });

    it("takes the lock of a dead process of this machine at once", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        await stack.up({}, { write: 5, moment: "after", kind: "crash" });
        const before = world.data.now;
        const resumed = await stack.up({ until: "backUp" });
        assertDone(resumed);
        assert.ok(world.data.now - before < 2_000, "it did not wait");
    });

    it("takes a lock of another machine over once it was not renewed for 15 seconds", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world, { clusterName: "demo" }, false);
        await stack.up({}, { write: 5, moment: "after", kind: "crash" });
        const before = world.data.now;
        assertDone(await stack.up({ until: "backUp" }));
        const waited = world.data.now - before;
        assert.ok(waited >= 14_000 && waited < 20_000, `waited ${waited} ms`);
    });

    it("takes the lock of a process of this machine that is stopped, once it was not renewed for 15 seconds", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        let resume = () => {};
        const stopped = new Promise<void>((isStopped) => {
            const prepare = (mover: Mover) => {
                mover.onWrite = (number) => {
                    if (number !== 20) return;
                    resume = mover.stop();
                    isStopped();
                };
            };
            void stack.up({}, undefined, prepare);
        });
        await stopped;
        const before = world.data.now;
        const other = new MemoryStack(world);
        other.load(stack.save());
        assertDone(await other.up({ until: "backUp" }));
        const waited = world.data.now - before;
        resume();
        assert.ok(waited >= 15_000 && waited < 20_000, `waited ${waited} ms`);
    });

    it("is not taken from a living mover by one whose clock is ahead or behind", async () => {
        for (const aheadMs of [60_000, 3_600_000, -3_600_000]) {
            world.restore(snapshot);
            const one = new MemoryStack(world, { clusterName: "demo" }, false);
            world.data.outcomes.set("amazon-sagemaker-hyperpod-inference", "NEVER");
            const running = one.up();
            const two = new MemoryStack(world, { clusterName: "demo", lockTimeoutMinutes: 2 }, false);
            two.clockAheadMs = aheadMs;
            const second = await two.up();
            world.data.outcomes.clear();
            assert.match(second.message, /\[HP134\]/, `${aheadMs} ms`);
            assert.deepEqual(second.mover.writes, [], `${aheadMs} ms`);
            assertDone(await running);
        }
    });

    it("goes on after a stop longer than the lease when nobody took it", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world, { clusterName: "demo" }, false);
        let resume: (() => void) | undefined;
        const running = stack.up({}, undefined, (mover) => {
            mover.onWrite = (number) => {
                if (number !== 20 || resume !== undefined) return;
                resume = mover.stop();
                void world.clock.sleep(60_000).then(resume);
            };
        });
        assertDone(await running);
        assert.ok(resume, "it was stopped");
    });

    it("is renewed for as long as a move takes", async () => {
        world.restore(snapshot);
        const result = await new MemoryStack(world).up();
        assertDone(result);
        const renewals = result.mover.writes.filter((write) => write.startsWith("merge Lease"));
        assert.ok(renewals.length >= 2, `${renewals.length} renewals`);
    });

    it("stops a mover that lost it, before its next write; up goes on", async () => {
        const golden = await goldenState();
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        let written = 0;
        const result = await stack.up({}, undefined, (mover) => {
            mover.onWrite = (number) => {
                if (!(mover.writes[number - 1] ?? "").startsWith("create add-on")) return;
                written = number;
                world.store.merge(LEASE, { spec: { holderIdentity: "somebody-else" } }, by);
            };
        });
        assert.equal(result.kind, "failed");
        assert.match(result.message, /\[HP210\]/);
        const after = result.mover.writes.slice(written);
        assert.deepEqual(
            after.filter((write) => !write.includes("Lease")),
            [],
            "nothing may be written after the loss",
        );
        world.store.remove(LEASE);
        assertDone(await stack.up());
        assertSame(stateOf(world, true), golden, "after the resumed move", isIssued);
    });

    it("is made again by a mover that holds it when somebody deletes it; another one that was quicker has it", async () => {
        const golden = await goldenState();
        for (const isQuicker of [false, true]) {
            world.restore(snapshot);
            const stack = new MemoryStack(world);
            let written = 0;
            const result = await stack.up({}, undefined, (mover) => {
                mover.onWrite = (number) => {
                    if (written > 0 || !(mover.writes[number - 1] ?? "").startsWith("create add-on")) return;
                    written = number;
                    const lease = world.store.raw(LEASE) ?? assert.fail();
                    world.store.remove(LEASE);
                    if (!isQuicker) return;
                    const { uid: _, resourceVersion: __, ...metadata } = lease.metadata;
                    const spec = { ...(lease.spec as object), holderIdentity: "somebody-else" };
                    world.store.create({ ...lease, metadata, spec }, by);
                };
            });
            assert.ok(written > 0);
            if (isQuicker) {
                assert.match(result.message, /another mover took the lock \[HP210\]/);
                continue;
            }
            assertDone(result);
            assert.match(stack.warnings.join("\n"), /somebody deleted the Lease .*; it was made again/);
            assertHarmless(world);
            assertSame(stateOf(world, true), golden, "after the move", isIssued);
            assertDone(await stack.destroy());
            assertSame(stateOf(world), start, "after destroy");
        }
    });

    it("stops at the next safe point when the engine is gone, with the state told; destroy goes back", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        let stoppedAt = 0;
        const result = await stack.up({}, undefined, (mover) => {
            mover.onWrite = (number) => {
                // A write of the journal is never one of several at once.
                const isJournal = (mover.writes[number - 1] ?? "").startsWith("merge Secret");
                if (number < 12 || !isJournal || stoppedAt > 0) return;
                stoppedAt = number;
                mover.stopReason = "the Pulumi engine is gone";
            };
        });
        assert.equal(result.kind, "failed");
        assert.match(result.message, /the Pulumi engine is gone.*\[HP211\]/s);
        const later = result.mover.writes.slice(stoppedAt);
        assert.deepEqual(
            later.filter((write) => !write.includes("Lease")),
            [],
        );
        assert.equal(stack.resource?.outputs.phase, "Moving");
        assert.equal(world.store.raw(LEASE), undefined, "the lock was given back");
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
    });

    it("is removed by destroy when its mover died before there was a journal", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        await stack.up({}, { write: 1, moment: "after", kind: "crash" });
        assert.ok(world.store.raw(LEASE));
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
    });
});
