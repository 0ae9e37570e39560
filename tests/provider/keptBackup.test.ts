// The backup as steps read it: opened once, the same for all of them, and nobody's to change. And when two values say the same.
import assert from "node:assert/strict";
import { canonicalJson, sameJson } from "../../common/canonicalJson";
import { hashOf } from "../../common/hash";
import type { SealKeys } from "../../provider/engine/backupKeys";
import { pack } from "../../provider/engine/compressedText";
import { KeptBackup } from "../../provider/engine/keptBackup";
import type { JournalStore } from "../../provider/ports/journalStore";

describe("the kept backup", () => {
    const content = { objects: [{ kind: "Service", spec: { ports: [80] } }] };

    function kept(packed = pack(content)) {
        let opened = 0;
        const keys = {
            open: async (value: unknown) => {
                opened += 1;
                return value;
            },
            seal: async (value: unknown) => value,
        } as unknown as SealKeys;
        const store = { writeBackup: async () => undefined } as unknown as JournalStore;
        return { backup: new KeptBackup(store, keys, packed, hashOf(pack(content))), opened: () => opened };
    }

    it("is opened once however many steps ask, and none can change what the next one gets", async () => {
        const { backup, opened } = kept();
        const [first, second] = [await backup.read(), await backup.read()] as (typeof content)[];
        assert.deepEqual(first, content);
        assert.equal(second, first);
        assert.equal(opened(), 1);
        assert.throws(() => first?.objects[0]?.spec.ports.push(443), TypeError);
    });

    it("is what was written last", async () => {
        const { backup } = kept();
        await backup.read();
        await backup.write({ objects: [] });
        assert.deepEqual(await backup.read(), { objects: [] });
    });

    it("is proved whenever it is asked for", async () => {
        await assert.rejects(kept(pack({ objects: [] })).backup.read(), /does not match its hash/);
    });
});

describe("two values", () => {
    const VALUES = [
        null,
        0,
        "0",
        false,
        [],
        [null],
        [1, 2],
        [2, 1],
        {},
        { a: null },
        { a: 1, b: { c: [1] } },
        { b: { c: [1] }, a: 1 },
        { b: { c: [] }, a: 1 },
        { 0: 1, length: 1 },
        JSON.parse('{"__proto__": 1}'),
        { hasOwnProperty: 1 },
        { gone: undefined },
        { toString: undefined, a: null },
    ];

    it("say the same when their texts with sorted keys are equal, and only then", () => {
        for (const a of VALUES)
            for (const b of VALUES)
                assert.equal(
                    sameJson(a, b),
                    canonicalJson(a) === canonicalJson(b),
                    `${canonicalJson(a)} and ${canonicalJson(b)}`,
                );
    });

    it("that are absent and null say the same", () => {
        assert.ok(sameJson(undefined, null));
        assert.ok(!sameJson(undefined, 0));
    });
});
