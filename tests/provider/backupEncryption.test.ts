// A journal lies in the release's namespace and holds Secrets of others: who reads Secrets there reads none of theirs, and either copy, or the cluster alone, is enough to go back.
import assert from "node:assert/strict";
import { hashOf } from "../../common/hash";
import {
    newSealKey,
    openSecrets,
    sealSecrets,
    unwrapKey,
    wrapKey,
} from "../../provider/engine/backupEncryption";
import { pack, unpack } from "../../provider/engine/compressedText";
import type { JournalDocument } from "../../provider/engine/journalDocument";
import { newJournalKey } from "../../provider/engine/vouched";
import type { JournalCopy } from "../../provider/ports/journalStore";
import type { KubernetesObject } from "../../provider/ports/world";
import { eraseJournal } from "./memory/colleague";
import { RELEASE } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { decodeText, encode } from "./memory/serving";
import { MemoryStack } from "./memoryStack";

const by = { manager: "tenant", operation: "Update" } as const;
const PLANTED = "planted-in-another-namespace";
const OTHER = "hyperpod-inference-system";

const {
    world,
    snapshot,
    state: start,
} = startOf({}, (made) => {
    for (const secret of made.store.all("Secret", OTHER))
        made.store.merge(
            {
                apiVersion: "v1",
                kind: "Secret",
                name: secret.metadata.name,
                namespace: OTHER,
            },
            {
                data: { planted: encode(PLANTED) },
                metadata: { annotations: { "kubectl.kubernetes.io/last-applied-configuration": PLANTED } },
            },
            by,
        );
});

type SecretData = KubernetesObject & { data: Record<string, string> };

function journalSecrets(namespace?: string): SecretData[] {
    return world.store
        .list("v1", "Secret", { labelSelector: "app.kubernetes.io/component=migration-journal" })
        .filter(
            ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
        ) as SecretData[];
}

/** Everything that these Secrets hold, unpacked. */
function contentOf(secrets: readonly SecretData[]): string {
    const texts = secrets.flatMap(({ data }) => Object.values(data).map(decodeText));
    const packed = texts
        .filter((text) => text.startsWith("H4sI"))
        .map((text) => JSON.stringify(unpack(text)));
    assert.ok(packed.length >= 2, "document and backup");
    return [...texts, ...packed].join("\n");
}

function remove(secrets: readonly SecretData[]): void {
    for (const { metadata } of secrets) eraseJournal(world, new RegExp(`^${metadata.name}$`));
}

async function moved(): Promise<MemoryStack> {
    world.restore(snapshot);
    const stack = new MemoryStack(world);
    assertDone(await stack.up());
    world.settle();
    return stack;
}

async function assertUndone(stack: MemoryStack): Promise<void> {
    assertDone(await stack.destroy());
    assertSame(stateOf(world), start, "after destroy");
    assertHarmless(world);
}

function adopted(hash: string): MemoryStack {
    return new MemoryStack(world, { clusterName: "demo", adoptJournal: hash });
}

function hashInCluster(): string {
    const head = journalSecrets(RELEASE.namespace).find(({ data }) => data.document !== undefined);
    return decodeText(head?.data.hash ?? "");
}

describe("a journal's copies of Secrets of other namespaces", () => {
    it("are closed to who reads Secrets in the release's namespace", async () => {
        await moved();
        const all = contentOf(journalSecrets(RELEASE.namespace));
        assert.ok(all.includes(`"namespace":"${OTHER}"`) && all.includes('"sealed"'));
        assert.ok(!all.includes(PLANTED) && !all.includes(encode(PLANTED)));
        const keys = journalSecrets(OTHER);
        assert.equal(keys.length, 1, "the key lies beside the Secrets that it opens");
        assert.ok(!all.includes(decodeText(keys[0]?.data.key ?? "")), "and nowhere in the open");
    });

    it("are opened by the state's key when the Secrets of the keys are gone", async () => {
        const stack = await moved();
        remove(journalSecrets(OTHER));
        await assertUndone(stack);
    });

    it("are opened by the state alone when nothing of the journal is left in the cluster", async () => {
        const stack = await moved();
        remove(journalSecrets());
        await assertUndone(stack);
        assert.deepEqual(journalSecrets(), []);
    });

    it("are opened by the cluster alone when the state is lost, and belong to the new stack then", async () => {
        await moved();
        const stack = adopted(hashInCluster());
        assertDone(await stack.up());
        remove(journalSecrets(OTHER));
        await assertUndone(stack);
    });

    it("are opened by the cluster alone in the undo of a stack that took the move over in its middle", async () => {
        world.restore(snapshot);
        assertDone(await new MemoryStack(world).up({ until: "scaleDown" }));
        const stack = adopted(hashInCluster());
        assertDone(await stack.up({ until: "install" }));
        await assertUndone(stack);
    });

    it("that nothing opens any more are told before anything is undone", async () => {
        await moved();
        const hash = hashInCluster();
        remove(journalSecrets(OTHER));
        const stack = adopted(hash);
        await stack.up();
        const before = stateOf(world, true);
        const { message } = await stack.destroy();
        assert.match(message, /namespace hyperpod-inference-system are sealed.*HP201/s);
        assertSame(stateOf(world, true), before, "after the refused destroy");
    });

    it("from before they were sealed stay readable, in either copy", async () => {
        for (const copy of ["cluster", "state"]) {
            const stack = await moved();
            assert.ok(stack.resource);
            const key = decodeText(journalSecrets(OTHER)[0]?.data.key ?? "");
            const journal = stack.resource.outputs.journal as JournalCopy;
            const backup = pack(await openSecrets(unpack(journal.backup ?? ""), async () => key));
            const { sealKeys: _, ...document } = unpack(journal.document) as JournalDocument;
            const packed = pack({ ...document, backupHash: hashOf(backup) });
            const open = { document: packed, hash: hashOf(packed), backup };
            if (copy === "state") remove(journalSecrets());
            else {
                remove(journalSecrets(OTHER));
                const secret = (name: string) => ({
                    apiVersion: "v1",
                    kind: "Secret",
                    namespace: RELEASE.namespace,
                    name: `pulumi-hyperpod-migration-${RELEASE.name}${name}`,
                });
                world.store.merge(
                    secret(""),
                    { data: { document: encode(packed), hash: encode(open.hash) } },
                    by,
                );
                world.store.merge(
                    secret("-backup-0"),
                    { data: { backup: encode(backup), total: encode("1") } },
                    by,
                );
            }
            const outputs = { ...stack.resource.outputs, journal: open };
            stack.resource = { ...stack.resource, outputs };
            await assertUndone(stack);
        }
    });

    it("are sealed in the cluster again when its copy was deleted and the undo is cut off", async () => {
        const stack = await moved();
        remove(journalSecrets());
        assert.equal((await stack.destroy({ write: 8, moment: "after", kind: "crash" })).kind, "crashed");
        assert.equal(journalSecrets(OTHER).length, 1);
        assert.ok(!contentOf(journalSecrets(RELEASE.namespace)).includes(PLANTED));
        await assertUndone(stack);
    });
});

describe("a sealed Secret", () => {
    const secret = (name: string, namespace: string) => ({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name, namespace, annotations: { a: "b" } },
        data: { token: encode("x") },
    });
    const key = newSealKey();

    it("is everything of it but its name, and comes back the same; what is no Secret stays as it is", async () => {
        const content = {
            objects: [
                secret("a", "one"),
                secret("b", "home"),
                { kind: "Secret", name: "ref", namespace: "one" },
            ],
            other: [1, null, "text", { kind: "ConfigMap", metadata: { namespace: "one" } }],
        };
        const sealed = (await sealSecrets(content, "home", async () => key)) as typeof content;
        assert.deepEqual(Object.keys(sealed.objects[0] ?? {}), ["apiVersion", "kind", "metadata", "sealed"]);
        assert.deepEqual(sealed.objects.slice(1), content.objects.slice(1));
        assert.deepEqual(sealed.other, content.other);
        assert.deepEqual(await openSecrets(sealed, async () => key), content);
    });

    it("opens neither under another name, nor with another key, nor changed", async () => {
        const sealed = (await sealSecrets(secret("a", "one"), "home", async () => key)) as SecretData & {
            sealed: string;
        };
        const renamed = { ...sealed, metadata: { ...sealed.metadata, name: "b" } };
        const bytes = Buffer.from(sealed.sealed, "base64");
        bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
        await assert.rejects(openSecrets(renamed, async () => key));
        await assert.rejects(openSecrets(sealed, async () => newSealKey()));
        await assert.rejects(openSecrets({ ...sealed, sealed: bytes.toString("base64") }, async () => key));
    });

    it("has a key that only the stack's key opens, for its namespace alone", () => {
        const stackKey = newJournalKey();
        const wrapped = wrapKey(key, stackKey, "one");
        assert.equal(unwrapKey(wrapped, [newJournalKey(), stackKey], "one"), key);
        assert.equal(unwrapKey(wrapped, [newJournalKey()], "one"), undefined);
        assert.equal(unwrapKey(wrapped, [stackKey], "two"), undefined);
    });
});
