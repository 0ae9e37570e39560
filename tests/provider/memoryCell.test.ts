// A step's memory: what stands in it is what the journal has, at every moment, and a write that fails changes nothing of it.
import assert from "node:assert/strict";
import { Journal } from "../../provider/engine/journal";
import { entryOf } from "../../provider/engine/memoryCell";
import { MigrationStep, type Plan } from "../../provider/plan/plan";
import type { JournalCopy, JournalStore } from "../../provider/ports/journalStore";
import type { World } from "../../provider/ports/world";

interface Memory {
    readonly since: string;
    readonly attempt: number;
    readonly isOverwritten?: true;
}

interface Shares {
    readonly moves: Readonly<Record<string, { readonly attempt: number; readonly done?: true }>>;
}

/** Nothing of a move: this is about its memory alone. */
const plan = { release: { namespace: "kube-system" } } as Plan;
const world = {} as World;

async function cellOf<Kind>(memory: Kind) {
    const stored: JournalCopy[] = [];
    const failing = { next: false };
    const refuse = async () => assert.fail("a journal without a backup asks for none of it");
    const store: JournalStore = {
        writeDocument: async (document, hash) => {
            // As a call does.
            await new Promise(setImmediate);
            if (failing.next) throw new Error("the API server is gone");
            stored.push({ document, hash });
        },
        writeBackup: refuse,
        holdsBackup: refuse,
        readHead: refuse,
        read: refuse,
        writeKey: refuse,
        readKey: refuse,
        writeApart: refuse,
        readApart: refuse,
        remove: refuse,
    };
    const journal = Journal.begin(store, plan);
    await journal.open(MigrationStep.Install, memory);
    return {
        cell: journal.contextOf<Kind>(MigrationStep.Install, world).memory,
        stored: () => Journal.resume(store, stored.at(-1), undefined)?.memoryOf(MigrationStep.Install),
        facts: () => Journal.resume(store, stored.at(-1), undefined)?.facts,
        journal,
        writes: () => stored.length,
        failing,
    };
}

describe("a step's memory cell", () => {
    it("reads what was amended, and the journal has it by then", async () => {
        const { cell, stored } = await cellOf<Memory>({ since: "then", attempt: 0 });
        await cell.amend({ attempt: 1 });
        assert.deepEqual(cell.value, { since: "then", attempt: 1 });
        assert.deepEqual(stored(), cell.value);
    });

    it("is written as a whole: a field that is left out is gone", async () => {
        const { cell, stored } = await cellOf<Memory>({ since: "then", attempt: 2, isOverwritten: true });
        await cell.write({ since: "now", attempt: 3 });
        assert.deepEqual(stored(), { since: "now", attempt: 3 });
    });

    it("stays as it was when the write fails", async () => {
        const { cell, failing } = await cellOf<Memory>({ since: "then", attempt: 0 });
        failing.next = true;
        await assert.rejects(cell.amend({ attempt: 1 }), /the API server is gone/);
        assert.equal(cell.value.attempt, 0, "the next attempt would ask with a number nobody journaled");
    });
});

describe("a fact that is noted while a write is under way", () => {
    it("is not lost, and rides along with the next one", async () => {
        const { cell, journal, facts } = await cellOf<Memory>({ since: "then", attempt: 0 });
        const writing = cell.amend({ attempt: 1 });
        await Promise.resolve();
        journal.note({ warnings: ["meanwhile"] });
        await writing;
        assert.deepEqual(journal.facts.warnings, ["meanwhile"]);
        await cell.amend({ attempt: 2 });
        assert.deepEqual(facts()?.warnings, ["meanwhile"]);
    });
});

describe("a share of a step's memory", () => {
    it("comes, changes and goes beside the others", async () => {
        const { cell, stored } = await cellOf<Shares>({ moves: { other: { attempt: 7 } } });
        const entry = entryOf(cell, "moves", "mine");
        assert.equal(entry.exists, false);
        assert.throws(() => entry.value, /nothing is remembered of mine/);
        await entry.write({ attempt: 0 });
        await entry.amend({ done: true });
        assert.deepEqual(entry.value, { attempt: 0, done: true });
        assert.deepEqual(stored(), { moves: { other: { attempt: 7 }, mine: { attempt: 0, done: true } } });
        await entry.forget();
        assert.equal(entry.exists, false);
        assert.deepEqual(stored(), { moves: { other: { attempt: 7 } } });
    });

    it("sees what another share's cell wrote meanwhile", async () => {
        const { cell, stored } = await cellOf<Shares>({ moves: {} });
        const [one, two] = [entryOf(cell, "moves", "one"), entryOf(cell, "moves", "two")];
        await one.write({ attempt: 1 });
        await two.write({ attempt: 2 });
        assert.deepEqual(stored(), { moves: { one: { attempt: 1 }, two: { attempt: 2 } } });
    });

    it("keeps what two shares write at once, and takes nothing of the one whose write fails", async () => {
        const { cell, stored, failing } = await cellOf<Shares>({ moves: {} });
        const [one, two] = [entryOf(cell, "moves", "one"), entryOf(cell, "moves", "two")];
        await Promise.all([one.write({ attempt: 1 }), two.write({ attempt: 2 })]);
        assert.deepEqual(stored(), { moves: { one: { attempt: 1 }, two: { attempt: 2 } } });
        failing.next = true;
        const failed = assert.rejects(one.amend({ attempt: 7 }), /the API server is gone/);
        const next = failed.then(() => {
            failing.next = false;
        });
        await Promise.all([next, failed.then(() => Promise.all([two.amend({ done: true }), one.forget()]))]);
        assert.deepEqual(stored(), { moves: { two: { attempt: 2, done: true } } });
    });

    it("writes nothing when it is only read", async () => {
        const { cell, writes } = await cellOf<Shares>({ moves: { mine: { attempt: 0 } } });
        const before = writes();
        assert.equal(entryOf(cell, "moves", "mine").value.attempt, 0);
        assert.equal(writes(), before);
    });
});
