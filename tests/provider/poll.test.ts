// The one loop that asks again and again: its first look is at once, its last when the time is over.
import assert from "node:assert/strict";
import { LastingRefusal } from "../../provider/kubernetes/lastingRefusal";
import { poll } from "../../provider/ports/poll";

function clock() {
    let time = 0;
    const sleeps: number[] = [];
    return {
        sleeps,
        now: () => time,
        sleep: async (milliseconds: number) => {
            sleeps.push(milliseconds);
            time += milliseconds;
        },
    };
}

describe("poll", () => {
    const never = () => false;

    it("does not wait when the first look is enough, however short the time", async () => {
        const at = clock();
        assert.equal(await poll(at, { timeoutMs: 0, pauseMs: 10 }, async () => "seen", Boolean), "seen");
        assert.deepEqual(at.sleeps, []);
    });

    it("ends with what it saw last when the time is over", async () => {
        const at = clock();
        let looks = 0;
        assert.equal(await poll(at, { timeoutMs: 25, pauseMs: 10 }, async () => ++looks, never), 4);
        assert.deepEqual(at.sleeps, [10, 10, 10]);
    });

    it("tells look and pace how much time has gone by", async () => {
        const at = clock();
        const told: number[] = [];
        const pauseMs = (elapsed: number) => elapsed + 1;
        await poll(at, { timeoutMs: 7, pauseMs }, async (elapsed) => told.push(elapsed), never);
        assert.deepEqual(told, [0, 1, 3, 7]);
    });

    it("ends with what a look throws", async () => {
        const fail = async () => {
            throw new Error("no rights");
        };
        await assert.rejects(poll(clock(), { timeoutMs: 7, pauseMs: 1 }, fail, never), /no rights/);
    });
});

describe("a refusal", () => {
    it("is for good after 30 s without a look that saw none", async () => {
        const at = clock();
        const refusal = new LastingRefusal(at);
        assert.equal(refusal.seen(true), false);
        await at.sleep(29_000);
        assert.equal(refusal.seen(false), false);
        assert.equal(refusal.seen(true), false);
        await at.sleep(29_999);
        assert.equal(refusal.seen(true), false);
        await at.sleep(1);
        assert.equal(refusal.seen(true), true);
    });
});
