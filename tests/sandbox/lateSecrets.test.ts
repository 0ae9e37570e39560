// Running pods see a changed Secret late, one change after the other; pods that start see what is there.
import assert from "node:assert/strict";
import { LateSecrets } from "../../sandbox/kubernetes/lateSecrets";
import type { Secret } from "../../sandbox/kubernetes/objectTypes";

const secret = (resourceVersion: string): Secret => ({
    metadata: { name: "tls", namespace: "a", resourceVersion },
});

describe("secrets on their way to pods", () => {
    let now = 0;
    let late: LateSecrets;
    const seen = (pod: string, version: string) => late.seenBy(pod, secret(version)).metadata.resourceVersion;
    beforeEach(() => {
        now = 0;
        late = new LateSecrets(() => now);
        late.delayMs = 20_000;
    });

    it("reach a pod that runs after the delay, and one that starts at once", () => {
        assert.equal(seen("old", "1"), "1");
        now = 1_000;
        assert.equal(seen("old", "2"), "1");
        assert.equal(seen("new", "2"), "2");
        now = 20_999;
        assert.equal(seen("old", "2"), "1");
        now = 21_000;
        assert.equal(seen("old", "2"), "2");
    });

    it("are seen one after the other when they change again", () => {
        seen("old", "1");
        now = 1_000;
        seen("old", "2");
        now = 11_000;
        seen("old", "3");
        now = 21_000;
        assert.equal(seen("old", "3"), "2");
        now = 31_000;
        assert.equal(seen("old", "3"), "3");
    });

    it("are forgotten with their pod", () => {
        seen("old", "1");
        late.keepOnly(new Set());
        assert.equal(seen("old", "2"), "2", "a pod of the same UID would start anew");
    });

    it("reach pods at once where there is no delay", () => {
        late.delayMs = 0;
        seen("old", "1");
        assert.equal(seen("old", "2"), "2");
    });
});
