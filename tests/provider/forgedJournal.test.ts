// A journal in the cluster is followed only when the stack's state vouches for it: whoever may create one Secret can write one, and would be followed by an administrator.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { hashOf } from "../../common/hash";
import { JOURNAL_LABELS, journalName } from "../../provider/adapters/kubernetes/journalSecrets";
import { pack, unpack } from "../../provider/engine/compressedText";
import type { JournalDocument } from "../../provider/engine/journalDocument";
import { isVouched, markOf, newJournalKey } from "../../provider/engine/vouched";
import type { KubernetesObject } from "../../provider/ports/world";
import { RELEASE } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { decodeText, encode } from "./memory/serving";
import { MemoryStack } from "./memoryStack";

const { world, snapshot, state: start } = startOf();
const tenant = { manager: "tenant", operation: "Update" } as const;

function begin(): MemoryStack {
    world.restore(snapshot);
    return new MemoryStack(world);
}

function plant(
    namespace: string,
    release: string,
    data: Record<string, string>,
    name = journalName(release),
) {
    world.store.create(
        {
            apiVersion: "v1",
            kind: "Secret",
            metadata: {
                name,
                namespace,
                labels: { ...JOURNAL_LABELS, "app.kubernetes.io/instance": release },
            },
            type: "pulumi-hyperpod-inference/journal",
            data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, encode(value)])),
        } as KubernetesObject,
        tenant,
    );
}

function headIn(namespace: string, release: string): Record<string, string> {
    const secret = world.store.raw({
        apiVersion: "v1",
        kind: "Secret",
        namespace,
        name: journalName(release),
    }) as KubernetesObject & { data: Record<string, string> };
    return Object.fromEntries(Object.entries(secret.data).map(([key, value]) => [key, decodeText(value)]));
}

/** What a tenant wants from an administrator: rights for an account of theirs, a role's trust, a workload that stops. */
async function forged(): Promise<{ document: string; hash: string }> {
    const stack = begin();
    assertDone(await stack.up({ until: "backUp" }));
    const real = unpack(headIn(RELEASE.namespace, RELEASE.name).document ?? "") as JournalDocument;
    world.restore(snapshot);
    const binding = {
        apiVersion: "rbac.authorization.k8s.io/v1",
        kind: "ClusterRoleBinding",
        name: "innocent",
    };
    const document = pack({
        ...real,
        sequence: 99,
        plan: {
            ...real.plan,
            release: { ...real.plan.release, namespace: "team-a", name: "x" },
            controllers: [
                {
                    component: "x",
                    workload: {
                        apiVersion: "apps/v1",
                        kind: "Deployment",
                        namespace: "team-a",
                        name: "victim",
                    },
                    replicas: 1,
                },
            ],
        },
        steps: {
            backUp: { state: "done", memory: {} },
            retireHelm: { state: "done", memory: { deleted: [binding], released: [], records: [] } },
        },
    });
    return { document, hash: hashOf(document) };
}

describe("a journal that this stack did not begin", () => {
    it("in another place is left alone, and told in the plan: the move is the one it would be without it", async () => {
        const stack = begin();
        assertDone(await stack.up());
        const [golden, writes] = [stack.resource?.outputs.plan as string[], stack.resource?.outputs.steps];
        const { document, hash } = await forged();
        const beside = begin();
        plant("team-a", "x", { document, hash });
        assertDone(await beside.up());
        const plan = beside.resource?.outputs.plan as string[];
        assert.deepEqual(plan.slice(0, golden.length), golden);
        assert.match(plan.slice(golden.length).join("\n"), /namespace team-a .* left alone/);
        assert.deepEqual(beside.resource?.outputs.steps, writes);
        assertDone(await beside.destroy());
        world.store.remove({
            apiVersion: "v1",
            kind: "Secret",
            namespace: "team-a",
            name: journalName("x"),
        });
        assertSame(stateOf(world), start, "after destroy");
        assertHarmless(world);
    });

    it("in the release's own place stops the plan, which names it and the way to take it over", async () => {
        const { document, hash } = await forged();
        const stack = begin();
        plant(RELEASE.namespace, RELEASE.name, { document, hash });
        const result = await stack.up();
        assert.equal(result.kind, "failed");
        assert.match(result.message, /adoptJournal.*HP204/s);
        assert.ok(result.message.includes(hash), "the hash is what adoptJournal takes");
        assert.deepEqual(result.mover.writes, []);
        // The content is about another release: not even the hash makes it this move's.
        const adopted = await stack.up({ adoptJournal: hash });
        assert.equal(adopted.kind, "failed");
        assert.match(adopted.message, /HP203/);
        assert.deepEqual(adopted.mover.writes, []);
    });

    it("is taken over by its hash when the state is lost, and undone from the cluster alone", async () => {
        assertDone(await begin().up());
        world.settle();
        const { hash = "" } = headIn(RELEASE.namespace, RELEASE.name);
        const stack = new MemoryStack(world);
        const asked = await stack.up();
        assert.deepEqual(asked.message.match(/HP\d{3}/g), ["HP204"], "what else is wrong follows from it");
        assert.deepEqual(asked.mover.writes, []);
        assert.match((await stack.up({ adoptJournal: "0".repeat(64) })).message, /HP204/);
        assertDone(await stack.up({ adoptJournal: hash }));
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
        assertHarmless(world);
    });

    it("is not undone by the destroy of another stack", async () => {
        const first = begin();
        assertDone(await first.up());
        world.settle();
        const moved = world.capture();
        const second = new MemoryStack(world);
        assert.equal((await second.up()).kind, "failed");
        assertDone(await second.destroy());
        assertSame(stateOf(world), moved, "after the second stack's destroy");
        assertDone(await first.destroy());
        assertSame(stateOf(world), start, "after the first stack's destroy");
    });

    it("that was copied from another place with its mark is no more ours there", async () => {
        const stack = begin();
        assertDone(await stack.up({ until: "backUp" }));
        const { document = "", hash = "", mark = "" } = headIn(RELEASE.namespace, RELEASE.name);
        plant("team-a", "y", { document, hash, mark });
        assertDone(await stack.up());
        assertDone(await stack.destroy());
        assert.ok(headIn("team-a", "y").document);
    });

    it("that says more than the state, in the state's own place, stops everything before the first write", async () => {
        const stack = begin();
        assertDone(await stack.up());
        const { document = "" } = headIn(RELEASE.namespace, RELEASE.name);
        const real = unpack(document) as JournalDocument;
        const later = pack({ ...real, sequence: real.sequence + 1, direction: "undo" });
        world.store.merge(
            {
                apiVersion: "v1",
                kind: "Secret",
                namespace: RELEASE.namespace,
                name: journalName(RELEASE.name),
            },
            { data: { document: encode(later), hash: encode(hashOf(later)) } },
            tenant,
        );
        const result = await stack.destroy();
        assert.equal(result.kind, "failed");
        assert.match(result.message, /HP204/);
        assert.deepEqual(result.mover.writes, []);
    });

    it("is no journal when it only carries the labels, and a bomb is not unpacked", async () => {
        const stack = begin();
        plant("team-a", "x", { document: "anything" }, "a-secret-of-mine");
        const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 0x20), { level: 9 }).toString("base64");
        plant("team-a", "z", { document: bomb, hash: hashOf(bomb) });
        const before = process.memoryUsage().rss;
        assertDone(await stack.up());
        assertDone(await stack.destroy());
        assert.throws(() => unpack(bomb), { code: "ERR_BUFFER_TOO_LARGE" });
        assert.ok(process.memoryUsage().rss - before < 400 * 1024 * 1024);
    });
});

describe("a journal from before there were marks", () => {
    async function oldStack(): Promise<MemoryStack> {
        const stack = begin();
        assertDone(await stack.up());
        world.settle();
        world.store.merge(
            {
                apiVersion: "v1",
                kind: "Secret",
                namespace: RELEASE.namespace,
                name: journalName(RELEASE.name),
            },
            { data: { mark: null } },
            tenant,
        );
        assert.ok(stack.resource);
        const { journalKey: _, ...outputs } = stack.resource.outputs;
        const { journalKey: __, ...inputs } = stack.resource.inputs;
        stack.resource = { ...stack.resource, inputs, outputs };
        stack.wayBack = { clusterName: "demo" };
        return stack;
    }

    it("is vouched for by the state's copy: destroy goes back, also in two goes", async () => {
        const stack = await oldStack();
        assert.equal((await stack.destroy({ write: 20, moment: "after", kind: "crash" })).kind, "crashed");
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
    });

    it("gets the stack's mark with the next up", async () => {
        const stack = await oldStack();
        assertDone(await stack.refresh());
        assert.deepEqual(stack.resource?.outputs.drift, []);
        assertDone(await stack.up({ addonVersion: "v1.4.0-eksbuild.1" }));
        assert.match(headIn(RELEASE.namespace, RELEASE.name).mark ?? "", /^[0-9a-f]{64}$/);
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy");
    });
});

describe("a mark", () => {
    const binding = {
        clusterArn: "arn:aws:eks:us-west-2:123456789012:cluster/demo",
        namespace: "a",
        release: "b",
    };
    const document = pack({ version: 1 });
    const hash = hashOf(document);
    const key = newJournalKey();
    const marked = { document, hash, mark: markOf(key, hash, binding) };

    it("holds for its key, document, cluster, namespace and release alone", () => {
        const vouchers = { keys: [newJournalKey(), key] };
        assert.ok(isVouched(marked, binding, vouchers));
        assert.ok(!isVouched(marked, binding, { keys: [newJournalKey()] }));
        assert.ok(!isVouched({ ...marked, document: `${document} ` }, binding, vouchers));
        for (const change of [{ clusterArn: "other" }, { namespace: "other" }, { release: "other" }])
            assert.ok(!isVouched(marked, { ...binding, ...change }, vouchers), JSON.stringify(change));
        assert.ok(!isVouched({ document, hash }, binding, vouchers));
        assert.ok(!isVouched({ ...marked, mark: "" }, binding, vouchers));
    });
});
