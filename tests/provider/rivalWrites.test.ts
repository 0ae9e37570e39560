// Somebody else writes at the same time: another mover's journal is never written over, and a writer that never rests gets an end with its name.
import assert from "node:assert/strict";
import { ApiError, type ApiRequest } from "../../provider/adapters/kubernetes/api";
import { JournalSecrets, journalName } from "../../provider/adapters/kubernetes/journalSecrets";
import { KubernetesObjects } from "../../provider/adapters/kubernetes/objects";
import { openGate } from "../../provider/adapters/locklessGates";
import { startOf } from "./memory/expectations";
import { Mover } from "./memory/mover";
import { MemoryObjects } from "./memory/objects";

const { world, snapshot } = startOf();
const store = () =>
    new JournalSecrets(new MemoryObjects(world.store, new Mover("one"), openGate), "kube-system", "shop");

describe("a journal that another mover wrote meanwhile", () => {
    beforeEach(() => world.restore(snapshot));

    it("is not written over, nor removed", async () => {
        const first = store();
        await first.writeDocument("old", "1");
        const second = store();
        await second.read();
        await second.writeDocument("new", "2");
        await assert.rejects(first.writeDocument("late", "3"), /another mover wrote the journal.*\[HP210\]/s);
        assert.equal((await store().read())?.document, "new");
    });

    it("is not begun twice", async () => {
        const [first, second] = [store(), store()];
        await first.writeDocument("mine", "1");
        await assert.rejects(second.writeDocument("other", "2"), /\[HP210\]/);
    });

    it("is gone on with when only labels changed, or somebody deleted it", async () => {
        const mine = store();
        const ref = { apiVersion: "v1", kind: "Secret", namespace: "kube-system", name: journalName("shop") };
        await mine.writeDocument("a", "1");
        const kubectl = { manager: "kubectl", operation: "Update" } as const;
        world.store.merge(ref, { metadata: { labels: { seen: "yes" } } }, kubectl);
        await mine.writeDocument("b", "2");
        world.store.remove(ref);
        await mine.writeDocument("c", "3");
        assert.equal((await store().read())?.document, "c");
    });
});

describe("an object that somebody writes all the time", () => {
    it("is tried with growing waits, and then refused with the writer's name", async () => {
        const live = {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: {
                name: "busy",
                namespace: "shop",
                managedFields: [{ manager: "hostile", time: "2026-01-05T09:00:00Z" }],
            },
        };
        const waits: number[] = [];
        const api = {
            call: async (request: ApiRequest) => {
                if (request.method === "GET") return { status: 200, body: live, date: undefined };
                throw new ApiError(409, { message: "the object has been modified" }, request);
            },
            backOff: async (attempt: number) => void waits.push(attempt),
        };
        const objects = new KubernetesObjects(api as never, { path: async () => "/busy" } as never);
        await assert.rejects(
            objects.replace(live),
            /ConfigMap shop\/busy.*hostile wrote it last.*\[HP242\]/s,
        );
        assert.deepEqual(waits, [0, 1, 2, 3, 4, 5, 6, 7]);
    });
});
