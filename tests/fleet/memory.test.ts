// A fleet of a hundred: what is over is not held on to.
import assert from "node:assert/strict";
import { heldByFleet } from "./heldByFleet";

const COUNT = 100;

describe("a fleet of a hundred", function () {
    this.timeout(120_000);

    it("holds no more memory after all of them than after twenty", async () => {
        const {
            result,
            moved,
            megabytesAfterTwenty: early,
            megabytesAfterAll: late,
        } = await heldByFleet(COUNT);
        assert.equal(result, "done");
        assert.equal(moved, COUNT);
        console.log(`      heap after 20: ${early.toFixed(1)} MB, after ${COUNT}: ${late.toFixed(1)} MB`);
        assert.ok(late - early < 8, `${early} -> ${late}`);
    });
});
