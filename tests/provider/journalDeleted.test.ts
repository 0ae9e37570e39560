// The journal's Secrets, or those of its backup, deleted by a colleague: kept by their finalizer until the undo, or, where somebody takes that off, written again while the mover lives; and without them a failed move is undone from the state alone.
import assert from "node:assert/strict";
import { Owner } from "../../common/enums";
import { BACKUP_SECRETS, deleteJournal, eraseJournal } from "./memory/colleague";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { goldenRun } from "./memory/goldenRun";
import { backupOf } from "./memory/journalOf";
import { isIssued } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";

const { world, snapshot, state: start } = startOf();
const HOLDER = "example.com/held";
const HEAD = "pulumi-hyperpod-migration-hyperpod-inference-operator";
const ALL = /^pulumi-hyperpod-migration/;

function begin(): MemoryStack {
    world.restore(snapshot);
    return new MemoryStack(world);
}

/** Names of the Secrets that the journal consists of. */
function secrets(): string[] {
    return world.store
        .all("Secret")
        .map(({ metadata }) => metadata.name)
        .filter((name) => ALL.test(name))
        .sort();
}

/** Adds them to the head's, or takes theirs away. */
function hold(finalizers: readonly string[] | null): void {
    const head = { apiVersion: "v1", kind: "Secret", namespace: "kube-system", name: HEAD };
    const own = (world.store.raw(head)?.metadata.finalizers ?? []).filter((one) => one !== HOLDER);
    const all = [...own, ...(finalizers ?? [])];
    world.store.merge(
        head,
        { metadata: { finalizers: all.length > 0 ? all : null } },
        { manager: "kubectl", operation: "Update" },
    );
}

describe("the journal's Secrets deleted in the middle", function () {
    this.timeout(600_000);
    let writes: readonly string[];
    let whole: readonly string[];

    before(async () => {
        const stack = begin();
        const up = await stack.up();
        assertDone(up);
        writes = up.mover.writes;
        whole = secrets();
        assert.ok(whole.length >= 2);
    });

    for (const which of [ALL, BACKUP_SECRETS])
        it(`${which === ALL ? "all of them" : "those of the backup"}, at every fifth write: there again when the move ends, and the cluster's copy alone suffices`, async () => {
            for (let write = 3; write < writes.length - 1; write += 5) {
                const stack = begin();
                const up = await stack.up({}, undefined, (mover) => {
                    mover.onWrite = (number) => {
                        if (number === write) eraseJournal(world, which);
                    };
                });
                const what = `before write ${write} (${writes[write - 1]})`;
                assertDone(up);
                assert.deepEqual(secrets(), whole, what);
                const { journal: _, ...outputs } = stack.resource?.outputs ?? {};
                assert.ok(stack.resource);
                stack.resource = { ...stack.resource, outputs };
                assertDone(await stack.destroy());
                assertSame(stateOf(world), start, what);
                assertHarmless(world);
            }
        });

    for (const which of [ALL, BACKUP_SECRETS])
        it(`${which === ALL ? "all of them" : "those of the backup"}, and the mover killed within the next three writes: the next up or destroy gets on`, async () => {
            const { golden } = await goldenRun(world, snapshot);
            for (let write = 5, turn = 0; write < writes.length - 3; write += 4, turn += 1) {
                const what = `before write ${write} (${writes[write - 1]})`;
                const stack = begin();
                const crash = { write: write + 1 + (turn % 3), moment: "before", kind: "crash" } as const;
                const up = await stack.up({}, crash, (mover) => {
                    mover.onWrite = (number) => {
                        if (number === write) deleteJournal(world, which);
                    };
                });
                assert.equal(up.kind, "crashed", what);
                if (turn % 2 === 0) {
                    assertDone(await stack.destroy());
                    assertSame(stateOf(world), start, what);
                } else {
                    assertDone(await stack.up());
                    assertSame(stateOf(world, true), golden, what, isIssued);
                }
                assertHarmless(world);
            }
        });

    it("without their labels, which somebody took off: found all the same, also after a mover that was killed, and gone with the undo", async () => {
        const gone = { "app.kubernetes.io/managed-by": null, "app.kubernetes.io/component": null };
        for (const write of [8, 24, 40, undefined]) {
            const stack = begin();
            const crash = write && ({ write, moment: "before", kind: "crash" } as const);
            await stack.up({}, crash || undefined);
            for (const { apiVersion, kind, metadata } of world.store.all("Secret"))
                if (ALL.test(metadata.name))
                    world.store.merge(
                        { apiVersion, kind, name: metadata.name, namespace: metadata.namespace ?? "" },
                        { metadata: { labels: { ...gone, "app.kubernetes.io/instance": null } } },
                        { manager: "kubectl-label", operation: "Update" },
                    );
            assertDone(await stack.destroy());
            assertSame(stateOf(world), start, `write ${write}`);
            assert.deepEqual(secrets(), []);
        }
    });

    it("after a move that failed: what its state holds suffices for the undo, from every third write", async () => {
        let tried = 0;
        for (let write = 8; write <= writes.length; write += 3) {
            const stack = begin();
            const what = `write ${write} (${writes[write - 1]}) refused`;
            // A refusal that lasts: what undoes a pause at once fails as well.
            const up = await stack.up({}, { write, moment: "before", kind: "fail", times: 60 });
            if (up.kind === "done" || stack.resource === undefined) continue;
            tried += 1;
            assert.ok(backupOf(stack), what);
            assert.ok(JSON.stringify(stack.resource.outputs).length < 512 * 1024);
            eraseJournal(world, ALL);
            assertDone(await stack.destroy());
            assertSame(stateOf(world), start, what);
        }
        assert.ok(tried > 12, `${tried} positions`);
    });

    it("that somebody's finalizer keeps after the undo: destroy says so, and the next move says what is there and what to do", async () => {
        const stack = begin();
        assertDone(await stack.up());
        hold([HOLDER]);
        assertDone(await stack.destroy());
        const told = new RegExp(
            `${HOLDER}, a finalizer of somebody else's, keeps it.*kubectl -n kube-system edit`,
        );
        assert.match(stack.warnings.join("\n"), told);
        for (const next of [stack, new MemoryStack(world)]) {
            const { kind, message, mover } = await next.up();
            assert.equal(kind, "failed");
            assert.match(
                message,
                /^[^\n]*holds the journal of a move that is over: it was deleted, and example.com\/held[^\n]*\[HP206\]/,
            );
            assert.match(
                message,
                /remove example.com\/held from the Secret with `kubectl -n kube-system edit secret/,
            );
            assert.doesNotMatch(message, /HP(204|110)/);
            assert.deepEqual(mover.writes, []);
        }
        hold(null);
        assertDone(await stack.up());
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after the second move");
    });

    it("that somebody's finalizer keeps after the way to Helm and back: the former move's backup is not taken for the next one's", async () => {
        const stack = begin();
        assertDone(await stack.up());
        hold([HOLDER]);
        assertDone(await stack.up({ desiredOwner: Owner.Helm }));
        const again = await stack.up({ desiredOwner: Owner.Addon });
        assert.equal(again.kind, "failed");
        assert.match(again.message, /HP206/);
        hold(null);
        assertDone(await stack.up({ desiredOwner: Owner.Addon }));
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after the second move");
    });
});
