// The two copies of the journal: each alone suffices, the newer one wins, and a damaged, foreign or too new one stops everything before the first write.
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hashOf } from "../../common/hash";
import { pack, unpack } from "../../provider/engine/compressedText";
import type { JournalCopy } from "../../provider/ports/journalStore";
import type { KubernetesObject } from "../../provider/ports/world";
import { eraseJournal } from "./memory/colleague";
import { RELEASE } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { decodeText, encode } from "./memory/serving";
import { MemoryStack, type Result } from "./memoryStack";

const NAME = `pulumi-hyperpod-migration-${RELEASE.name}`;
const { world, snapshot, state: start } = startOf();
const by = { manager: "somebody", operation: "Update" } as const;
const ref = (name: string) => ({ apiVersion: "v1", kind: "Secret", namespace: RELEASE.namespace, name });

async function moved(): Promise<MemoryStack> {
    world.restore(snapshot);
    const stack = new MemoryStack(world);
    assertDone(await stack.up());
    world.settle();
    return stack;
}

function secret(name = NAME): Record<string, string> {
    return (world.store.raw(ref(name)) as KubernetesObject & { data: Record<string, string> }).data;
}

function damageCluster(field: "document" | "hash", value = "damaged"): void {
    world.store.merge(ref(NAME), { data: { [field]: encode(value) } }, by);
}

function changeState(stack: MemoryStack, change: (copy: JournalCopy) => Partial<JournalCopy>): void {
    assert.ok(stack.resource);
    const { outputs } = stack.resource;
    const copy = outputs.journal as JournalCopy;
    stack.resource = { ...stack.resource, outputs: { ...outputs, journal: { ...copy, ...change(copy) } } };
}

function rewritten(copy: JournalCopy, change: object): JournalCopy {
    const document = pack({ ...(unpack(copy.document) as object), ...change });
    return { ...copy, document, hash: hashOf(document) };
}

function assertRefused(result: Result, code: string): void {
    assert.equal(result.kind, "failed");
    assert.match(result.message, new RegExp(`\\[${code}\\]`));
    assert.deepEqual(result.mover.writes, [], "nothing may be written");
}

async function assertUndone(stack: MemoryStack): Promise<void> {
    assertDone(await stack.destroy());
    assertSame(stateOf(world), start, "after destroy");
    assertHarmless(world);
}

describe("the journal's copies", () => {
    it("undoes from Pulumi state alone when the cluster's copy was deleted", async () => {
        const stack = await moved();
        assert.ok(eraseJournal(world));
        await assertUndone(stack);
    });

    it("undoes from the cluster alone when the state's copy is damaged", async () => {
        const stack = await moved();
        changeState(stack, () => ({ document: "damaged" }));
        await assertUndone(stack);
    });

    it("undoes from the cluster alone when the state holds none", async () => {
        const stack = await moved();
        assert.ok(stack.resource);
        const { journal: _, ...outputs } = stack.resource.outputs;
        stack.resource = { ...stack.resource, outputs };
        await assertUndone(stack);
    });

    for (const field of ["document", "hash"] as const)
        it(`undoes from Pulumi state when the ${field} in the cluster is damaged`, async () => {
            const stack = await moved();
            damageCluster(field);
            await assertUndone(stack);
        });

    it("takes the backup from Pulumi state when the cluster's does not match its hash", async () => {
        const stack = await moved();
        world.store.merge(ref(`${NAME}-backup-0`), { data: { backup: encode("damaged") } }, by);
        await assertUndone(stack);
    });

    it("stops before the first write when both are damaged", async () => {
        const stack = await moved();
        damageCluster("document");
        changeState(stack, () => ({ hash: "damaged" }));
        assertRefused(await stack.destroy(), "HP201");
        assertRefused(
            await stack.up({ report: join(mkdtempSync(join(tmpdir(), "report-")), "move.html") }),
            "HP201",
        );
    });

    it("stops when no copy of the backup matches its hash, and undoes nothing", async () => {
        const stack = await moved();
        world.store.merge(ref(`${NAME}-backup-0`), { data: { backup: encode("damaged") } }, by);
        changeState(stack, () => ({ backup: "damaged" }));
        const before = world.capture(true);
        const result = await stack.destroy();
        assert.equal(result.kind, "failed");
        assert.match(result.message, /\[HP201\]/);
        assertSame(stateOf(world, true), before, "after the refused undo");
    });

    it("stops before the first write when neither copy is there", async () => {
        const stack = await moved();
        assert.ok(eraseJournal(world));
        assert.ok(stack.resource);
        const { journal: _, ...outputs } = stack.resource.outputs;
        stack.resource = { ...stack.resource, outputs };
        assertRefused(await stack.destroy(), "HP201");
    });

    for (const where of ["cluster", "state"] as const)
        it(`stops before the first write when the ${where} holds a journal of a later version`, async () => {
            const stack = await moved();
            assert.ok(stack.resource);
            const later = rewritten(stack.resource.outputs.journal as JournalCopy, { version: 2 });
            if (where === "state") changeState(stack, () => later);
            else
                world.store.merge(
                    ref(NAME),
                    { data: { document: encode(later.document), hash: encode(later.hash) } },
                    by,
                );
            assertRefused(await stack.destroy(), "HP202");
        });

    it("stops before the first write when the copies belong to two moves", async () => {
        const stack = await moved();
        changeState(stack, (copy) => rewritten(copy, { migrationId: "another" }));
        assertRefused(await stack.destroy(), "HP203");
    });

    it("follows the newer copy", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        assertDone(await stack.up({ until: "backUp" }));
        const old = stack.save();
        assertDone(await stack.up());
        // As after a state of yesterday was imported.
        stack.load(old);
        await assertUndone(stack);
    });

    it("shows a deleted cluster copy as drift, and up writes it anew, so that it alone suffices again", async () => {
        const stack = await moved();
        assert.ok(eraseJournal(world));
        assertDone(await stack.refresh());
        assert.ok(stack.resource);
        assert.match((stack.resource.outputs.drift as string[]).join(), /copy of the journal is gone/);
        assertDone(await stack.up());
        assertDone(await stack.refresh());
        assert.deepEqual(stack.resource.outputs.drift, []);
        changeState(stack, () => ({ hash: "damaged" }));
        await assertUndone(stack);
    });

    it("keeps both copies equal at the end of every command", async () => {
        const stack = await moved();
        assert.ok(stack.resource);
        const { document } = stack.resource.outputs.journal as JournalCopy;
        const inCluster = unpack(decodeText(secret().document)) as { sequence: number; steps: object };
        const inState = unpack(document) as { sequence: number; steps: object };
        assert.equal(inState.sequence, inCluster.sequence);
        assert.deepEqual(inState.steps, inCluster.steps);
    });
});
