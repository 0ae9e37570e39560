// A journal that is larger than one Secret: written in pages, of which a reader finds all of one document at any moment, whenever its mover dies.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { hashOf } from "../../common/hash";
import { JournalSecrets, journalName } from "../../provider/adapters/kubernetes/journalSecrets";
import { openGate } from "../../provider/adapters/locklessGates";
import { newDocument, packDocument } from "../../provider/engine/journalDocument";
import { journalSizeBlockers } from "../../provider/plan/journalSize";
import { MigrationStep, type Plan, type PlannedTag } from "../../provider/plan/plan";
import { TaggedKind } from "../../provider/ports/world";
import { eraseJournal } from "./memory/colleague";
import { RELEASE } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { journalOf } from "./memory/journalOf";
import { type Injection, Mover } from "./memory/mover";
import { MemoryObjects } from "./memory/objects";
import { MemoryStack } from "./memoryStack";

/** Far longer than a tag may be, as those of many models would be in all: the value that a move writes over stands in the journal, and does not compress. */
const LONG = 30 * 1024;

const LONG_TAGS = Array.from({ length: 20 }, () => randomBytes(LONG).toString("base64"));

const {
    world,
    snapshot,
    state: start,
} = startOf({}, ({ data }) => {
    for (const [key, tags] of data.tags)
        data.tags.set(key, { ...tags, CreatedBy: randomBytes(LONG).toString("base64") });
});

function pagesOf(release: string): string[] {
    return world.store
        .all("Secret")
        .map(({ metadata }) => metadata.name)
        .filter((name) => name.startsWith(`${journalName(release)}-page-`));
}

let moved: MemoryStack;

describe("a journal of a move that writes over many long tags", () => {
    it("does not fit into one Secret, and the move goes there and back, also when one of both copies is lost", async () => {
        for (const lost of ["state", "cluster"]) {
            world.restore(snapshot);
            const stack = new MemoryStack(world);
            assertDone(await stack.up());
            const numbers = pagesOf(RELEASE.name).map((name) => name.replace(/^.*-/, ""));
            assert.ok(numbers.length > 0);
            assert.equal(new Set(numbers).size, numbers.length, `pages of one document alone: ${numbers}`);
            moved = new MemoryStack(world);
            moved.resource = stack.resource;
            assert.ok(stack.resource);
            if (lost === "state") {
                const { journal: _, ...outputs } = stack.resource.outputs;
                stack.resource = { ...stack.resource, outputs };
            } else for (const name of pagesOf(RELEASE.name)) removeSecret(RELEASE.namespace, name);
            assertDone(await stack.destroy());
            assertSame(stateOf(world), start, `after destroy, without the copy of the ${lost}`);
            assertHarmless(world);
        }
    });

    it("is refused in the plan where it would be larger than what can be read again", () => {
        const { tags, ...plan } = { ...journalOf(moved).plan, warnings: [], lines: [] };
        const draft = (count: number, resource: PlannedTag) => ({
            ...plan,
            tags: { ...tags, resources: Array.from({ length: count }, () => resource) },
        });
        // A value may have 256 characters; one that is longer makes fewer resources do.
        const value = "x".repeat(512 * 1024);
        const certificate = { resource: { kind: TaggedKind.Certificate, id: "arn" }, owner: "shop" };
        const overwritten = { ...certificate, overwrites: value };
        assert.deepEqual(journalSizeBlockers(draft(31, overwritten)), []);
        assert.equal(
            journalSizeBlockers(draft(33, overwritten))[0]?.code,
            "HP142",
            "plan and memory hold it",
        );
        assert.deepEqual(journalSizeBlockers(draft(10_000, certificate)), [], "its other tags are not kept");
    });
});

describe("a journal's document", () => {
    it("changes at its end alone from write to write, so that pages before it stay", () => {
        const begun = newDocument({ release: { namespace: "kube-system" } } as Plan);
        const document = (state: "open" | "done", sequence: number) =>
            packDocument({
                ...begun,
                steps: {
                    [MigrationStep.Tag]: { state, memory: { former: LONG_TAGS } },
                    [MigrationStep.Install]: { state: "open", memory: { attempt: sequence } },
                },
                facts: { pausedSeconds: {}, warnings: [`${sequence}`] },
                sequence,
            });
        const [one, two] = [document("open", 7), document("done", 8)];
        let same = 0;
        while (one[same] === two[same]) same += 1;
        assert.ok(same > 0.9 * one.length, `${same} of ${one.length}`);
    });
});

describe("a document of several pages", () => {
    const text = (name: string, megabytes: number) =>
        `${name}:${"x".repeat(Math.floor(megabytes * 1024 * 1024))}`;
    const store = (injection?: Injection) => {
        const mover = new Mover("one", injection);
        return {
            mover,
            secrets: new JournalSecrets(
                new MemoryObjects(world.store, mover, openGate),
                "kube-system",
                "shop",
            ),
        };
    };
    const write = (secrets: JournalSecrets, document: string) =>
        secrets.writeDocument(document, hashOf(document));

    for (const [from, to] of [
        [2.2, 3],
        [3, 0.1],
        [0.1, 2.2],
    ] as const)
        it(`is the former one or the new one, whole, wherever its mover dies (${from} to ${to} MiB)`, async () => {
            const [old, next] = [text("old", from), text("next", to)];
            const found: string[] = [];
            for (let died = 1; ; died++) {
                world.restore(snapshot);
                await write(store().secrets, old);
                const { mover, secrets } = store({ write: died, moment: "after", kind: "crash" });
                await secrets.readHead();
                const ended = await Promise.race([
                    write(secrets, next).then(() => true),
                    mover.died.then(() => false),
                ]);
                const successor = store().secrets;
                const head = await successor.readHead();
                assert.ok(head !== undefined && hashOf(head.document) === head.hash, `write ${died}`);
                assert.ok([old, next].includes(head.document));
                found.push(head.document.slice(0, 4));
                if (ended === true) break;
                // Whoever goes on writes, and in the end nothing stays.
                await write(successor, text("last", 1.5));
                assert.match((await store().secrets.readHead())?.document.slice(0, 5) ?? "", /^last:/);
                await store().secrets.remove();
                assert.deepEqual(pagesOf("shop"), []);
            }
            assert.ok(found.length > 1 && found.pop() === "next");
            assert.deepEqual(found, [...found].sort().reverse(), "never back again");
        });

    it("is written anew where it changed, and where somebody touched it", async () => {
        world.restore(snapshot);
        const { mover, secrets } = store();
        await write(secrets, `${text("same", 3)}one`);
        const pages = pagesOf("shop");
        const last = pages.length;
        const written = async (document: string, by = { mover, secrets }) => {
            const before = by.mover.writes.length;
            await write(by.secrets, document);
            return by.mover.writes
                .slice(before)
                .map((what) => what.replace(/^(\w+) .*?(page-\w+-(\d+))?$/, "$1 $3").trim());
        };
        const head = "merge";
        assert.deepEqual(await written(`${text("same", 3)}two`), [
            `create ${last}`,
            head,
            // Its finalizer first.
            `merge ${last}`,
            `remove ${last}`,
        ]);
        const [first = "", second = ""] = pagesOf("shop");
        eraseJournal(world, new RegExp(`^${first}$`));
        world.store.merge(
            secret("kube-system", second),
            { data: { document: "" } },
            { manager: "somebody", operation: "Update" },
        );
        assert.deepEqual(await written(`${text("same", 3)}two`), ["create 1", "merge 2", head]);
        const successor = store();
        await successor.secrets.readHead();
        assert.deepEqual(await written(`${text("same", 3)}new`, successor), [
            `create ${last}`,
            head,
            `merge ${last}`,
            `remove ${last}`,
        ]);
        assert.match((await store().secrets.readHead())?.document ?? "", /^same:.*new$/s);
    });

    it("is found by a reader while its mover replaces it", async () => {
        world.restore(snapshot);
        const { secrets } = store();
        await write(secrets, text("first", 2).replaceAll("x", "1"));
        const reader = store();
        // Between the reader's look at the head and at the pages.
        let calls = 0;
        Object.assign(reader.mover, {
            roundTrip: async () => {
                if (++calls === 2) await write(secrets, text("second", 2));
            },
        });
        assert.match((await reader.secrets.readHead())?.document.slice(0, 7) ?? "", /^second:/);
    });

    it("that is larger than a reader would read is refused before its first write", async () => {
        world.restore(snapshot);
        const { mover, secrets } = store();
        await assert.rejects(
            write(secrets, "x".repeat(70 * 1024 * 1024)),
            /100 Secrets hold less.*\[HP142\]/s,
        );
        assert.deepEqual(mover.writes, []);
    });

    it("is read where an earlier package wrote it, without the number of its pages, and gets pages then", async () => {
        world.restore(snapshot);
        const mine = store().secrets;
        await mine.writeDocument("short", hashOf("short"));
        world.store.merge(
            secret("kube-system", journalName("shop")),
            { data: { total: null } },
            { manager: "earlier", operation: "Update" },
        );
        const { secrets } = store();
        assert.equal((await secrets.readHead())?.document, "short");
        await write(secrets, text("long", 2));
        assert.match((await store().secrets.readHead())?.document ?? "", /^long:/);
    });

    it("names no pages of others: a head that somebody forged leads nowhere", async () => {
        world.restore(snapshot);
        const { secrets } = store();
        await secrets.writeDocument("short", "../../kube-system/secrets/other");
        const pages = "../../kube-system/secrets/other,../../kube-system/secrets/another";
        const data = { pages: Buffer.from(pages).toString("base64") };
        world.store.merge(
            secret("kube-system", journalName("shop")),
            { data },
            { manager: "x", operation: "Update" },
        );
        assert.equal((await store().secrets.readHead())?.document, "short");
    });
});

function secret(namespace: string, name: string) {
    return { apiVersion: "v1", kind: "Secret", namespace, name };
}

function removeSecret(namespace: string, name: string): void {
    world.store.remove(secret(namespace, name));
}
