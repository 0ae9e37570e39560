// A colleague's act before each write of a move and of its undo: helm uninstall, helm upgrade, the journal deleted, its backup deleted. What was there is there again or named, what the colleague changed stays, and one generation serves or an error says the next command.
import assert from "node:assert/strict";
import type { KubernetesObject } from "../../provider/ports/world";
import {
    ALB,
    BACKUP_SECRETS,
    deleteJournal,
    HOTFIX,
    helmUninstall,
    helmUpgrade,
    recordsSeenByHelm,
} from "./memory/colleague";
import { RELEASE } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { MemoryStack, type Resource, type Result } from "./memoryStack";

/** One in so many writes; 1 for all. */
const EVERY = Number(process.env.HYPERPOD_COLLEAGUE_EVERY ?? "6");
const NEXT = /\[HP\d+\](\n.*)*\nnext: .*`(pulumi|helm|kubectl) /;
const OF_JOURNAL = / Secret .*pulumi-hyperpod-migration| Lease /;

const { world, snapshot, state: start } = startOf();

/** What stands for itself: nothing that a controller makes for another object. */
function names(): Set<string> {
    const own = [...world.data.objects.values()].filter(
        ({ kind, metadata }) =>
            (metadata.ownerReferences ?? []).length === 0 && !["Pod", "ReplicaSet", "Lease"].includes(kind),
    );
    return new Set(own.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`));
}

world.restore(snapshot);
const atStart = [...names()];

function image(): string | undefined {
    const { template } = (world.store.raw(ALB)?.spec ?? {}) as {
        template?: { spec: { containers: { image: string }[] } };
    };
    return template?.spec.containers[0]?.image;
}

/** Operators with ready pods: Helm's and the add-on's. */
function operators(): string[] {
    world.settle();
    return world.store
        .all("Deployment")
        .filter(({ metadata }) => /^hyperpod-inference.*-controller-manager$/.test(metadata.name))
        .filter(({ status }) => ((status ?? {}) as { availableReplicas?: number }).availableReplicas)
        .map(({ metadata }) => metadata.name);
}

function assertToldOrServed({ kind, message }: Result, what: string): void {
    if (kind === "failed") assert.match(message, NEXT, what);
    else assert.equal(operators().length, 1, `${what}: ${operators().join()}`);
    if (kind === "done") assertHarmless(world);
}

/** Everything is back but what one error names. */
function assertBack(result: Result, what: string): void {
    assertDone(result);
    world.settle();
    const now = names();
    assert.deepEqual(
        atStart.filter((name) => !now.has(name)),
        [],
        what,
    );
    assert.deepEqual(operators(), [`${RELEASE.name}-controller-manager`], what);
}

interface Act {
    readonly act: () => boolean;
    /** After everything was undone. */
    expect(result: Result, what: string): void;
}

const expectStart = (result: Result, what: string) => {
    assertDone(result);
    assertSame(stateOf(world), start, what);
    assertHarmless(world);
};

const ACTS: Readonly<Record<string, Act>> = {
    "helm uninstall": { act: () => helmUninstall(world), expect: assertBack },
    "helm upgrade": {
        act: () => helmUpgrade(world),
        expect: (result, what) => {
            assertBack(result, what);
            assert.equal(image(), HOTFIX, what);
            const role = world.store
                .all("ClusterRole")
                .find(({ metadata }) => metadata.name === "keda-operator") as KubernetesObject;
            assert.equal(role.metadata.labels?.["helm-revision"], "3", what);
            assert.deepEqual(
                recordsSeenByHelm(world).map(({ metadata }) => metadata.labels?.version),
                ["1", "2", "3"],
                what,
            );
        },
    },
    "the journal deleted": { act: () => deleteJournal(world), expect: expectStart },
    "the backup deleted": { act: () => deleteJournal(world, BACKUP_SECRETS), expect: expectStart },
};

describe("a colleague before a write", function () {
    this.timeout(3_600_000);
    let forward: readonly string[];
    let back: readonly string[];
    let moved: { readonly data: ReturnType<typeof world.snapshot>; readonly resource: Resource | undefined };
    let saved: ReturnType<MemoryStack["save"]>;

    before(async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        const up = await stack.up();
        assertDone(up);
        forward = up.mover.writes;
        moved = { data: world.snapshot(), resource: stack.resource };
        saved = stack.save();
        const destroy = await stack.destroy();
        assertDone(destroy);
        back = destroy.mover.writes;
    });

    for (const [name, { act, expect }] of Object.entries(ACTS)) {
        it(`of the move: ${name}`, async () => {
            let tried = 0;
            for (let write = 2; write <= forward.length; write += EVERY) {
                const what = `${name} before write ${write} (${forward[write - 1]})`;
                world.restore(snapshot);
                const stack = new MemoryStack(world);
                let isDone = false;
                const up = await stack.up({}, undefined, (mover) => {
                    mover.onWrite = (number) => {
                        if (number === write && !isDone) isDone = act();
                    };
                });
                if (!isDone) continue;
                tried += 1;
                if (up.kind === "failed" && /^backUp: .*\[HP235\]/.test(up.message)) {
                    // Before anything was backed up or changed: it is as the colleague left it.
                    const theirs = stateOf(world, true);
                    assertDone(await stack.destroy());
                    assertSame(stateOf(world, true), theirs, what);
                    continue;
                }
                assertToldOrServed(up, what);
                assertToldOrServed(await stack.up(), `${what}, up again`);
                if (stack.resource?.outputs.phase === "Moved") assert.equal(operators().length, 1, what);
                expect(await stack.destroy(), what);
            }
            assert.ok(tried > 0);
            console.log(`        ${tried} positions`);
        });

        it(`of the undo: ${name}`, async () => {
            let tried = 0;
            // Once all is restored and looked at, only the journal is written.
            const last = back.length - [...back].reverse().findIndex((write) => !OF_JOURNAL.test(write));
            for (let write = 2; write <= last; write += EVERY) {
                const what = `${name} before write ${write} of the undo (${back[write - 1]})`;
                world.restore(moved.data);
                const stack = new MemoryStack(world);
                stack.load(saved);
                let isDone = false;
                let destroy = await stack.destroy(undefined, (mover) => {
                    mover.onWrite = (number) => {
                        if (number === write && !isDone) isDone = act();
                    };
                });
                if (!isDone) continue;
                tried += 1;
                if (destroy.kind === "failed") {
                    assert.match(destroy.message, NEXT, what);
                    destroy = await stack.destroy();
                }
                expect(destroy, what);
            }
            assert.ok(tried > 0);
            console.log(`        ${tried} positions`);
        });
    }
});
