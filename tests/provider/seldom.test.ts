// An act that is asked for at every look of a wait is done at the first, and then no more often than its pace.
import assert from "node:assert/strict";
import { seldom } from "../../provider/ports/throttle";

describe("an act that is asked for often", () => {
    it("is done at once, and then at its own pace", async () => {
        let now = 5;
        const done: number[] = [];
        const act = seldom({ monotonic: () => now }, 400, async () => void done.push(now));
        for (; now <= 1305; now += 100) await act();
        assert.deepEqual(done, [5, 405, 805, 1205]);
    });
});
