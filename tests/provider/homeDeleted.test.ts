// Somebody deletes the release's own namespace, in which lock and journal lie, at any moment of a move: `pulumi destroy` makes it again, with all that the release had in it, and ends at the start.
import assert from "node:assert/strict";
import { MigrationStep } from "../../provider/plan/plan";
import { compareStates } from "../../sandbox/compare/compare";
import { deleteNamespace } from "./memory/colleague";
import { assertDone, assertHarmless, startOf, stateOf } from "./memory/expectations";
import { isIssued } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";

const RELEASE = { name: "inference", namespace: "ml-ops" };
const HOME = { apiVersion: "v1", kind: "Namespace", name: RELEASE.namespace };
const by = { manager: "kubectl", operation: "Update" } as const;
const {
    world,
    snapshot,
    state: start,
} = startOf({ release: RELEASE }, ({ store }) => {
    store.merge(HOME, { metadata: { labels: { team: "ml" } } }, by);
});

function begin(): MemoryStack {
    world.restore(snapshot);
    return new MemoryStack(world, {
        clusterName: "demo",
        releaseName: RELEASE.name,
        releaseNamespace: RELEASE.namespace,
    });
}

function assertBack(stack: MemoryStack): void {
    const differences = compareStates(start, stateOf(world), {
        // What is made again has a UID of its own, is made by this package, and has certificates of its own.
        ignore: (difference) =>
            isIssued(difference) ||
            (difference.key === `Namespace ${HOME.name}` && difference.path.startsWith("metadata.managedF")),
    });
    assert.deepEqual(differences, []);
    assertHarmless(world);
    assert.match(stack.warnings.join("\n"), /somebody deleted Namespace ml-ops, in which the journal lies/);
}

describe("the namespace of the release and of its journal deleted by somebody", function () {
    this.timeout(120_000);

    for (const until of [
        MigrationStep.BackUp,
        MigrationStep.ScaleDown,
        MigrationStep.Verify,
        MigrationStep.RetireHelm,
    ])
        it(`after ${until}: destroy brings it back`, async () => {
            const stack = begin();
            assertDone(await stack.up({ until }));
            deleteNamespace(world, HOME.name);
            assert.ok(world.store.raw(HOME), "the journal does not hold it");
            assertDone(await stack.destroy());
            assertBack(stack);
        });

    for (const write of [12, 24, 30, 38, 50])
        it(`before write ${write} of a move that goes on: it is told, and destroy brings the namespace back`, async () => {
            const stack = begin();
            const up = await stack.up({}, undefined, (mover) => {
                mover.onWrite = (number) => {
                    if (number === write) deleteNamespace(world, HOME.name);
                };
            });
            if (up.kind === "done")
                assert.match(stack.warnings.join("\n"), /Namespace ml-ops is being deleted/);
            assertDone(await stack.destroy());
            assertBack(stack);
        });

    for (const write of [12, 24, 30, 38, 50])
        it(`before write ${write}, and the mover killed with it: the cluster's copy alone waits for destroy`, async () => {
            const stack = begin();
            const crash = { write, moment: "before", kind: "crash" } as const;
            assert.equal((await stack.up({}, crash)).kind, "crashed");
            assert.equal(stack.resource, undefined);
            deleteNamespace(world, HOME.name);
            assertDone(await stack.destroy());
            assertBack(stack);
        });

    it("gone for good, finalizers and all: the copy in Pulumi state suffices", async () => {
        const stack = begin();
        assertDone(await stack.up());
        deleteNamespace(world, HOME.name);
        for (const { metadata } of world.store.all("Secret"))
            if (metadata.namespace === HOME.name)
                world.store.merge(
                    { apiVersion: "v1", kind: "Secret", namespace: HOME.name, name: metadata.name },
                    { metadata: { finalizers: null } },
                    by,
                );
        assert.equal(world.store.raw(HOME), undefined);
        assertDone(await stack.destroy());
        assertBack(stack);
    });

    it("held by something of somebody else: destroy ends, and names what holds it; once that is gone, it goes on", async () => {
        const holder = { apiVersion: "v1", kind: "ConfigMap", namespace: HOME.name, name: "held" };
        const stack = begin();
        const { namespace, name, ...kind } = holder;
        world.store.create({ ...kind, metadata: { namespace, name, finalizers: ["example.com/held"] } }, by);
        assertDone(await stack.up({ until: MigrationStep.Verify }));
        deleteNamespace(world, HOME.name);
        const { kind: ended, message } = await stack.destroy();
        assert.equal(ended, "failed");
        assert.match(message, /somebody deleted Namespace ml-ops, and it is not gone yet \[HP234\]/);
        world.store.merge(holder, { metadata: { finalizers: null } }, by);
        assertDone(await stack.destroy());
        assertBack(stack);
    });
});
