// Leader election as client-go does it, and the record of who acted: with a clock of the test's own.
import assert from "node:assert/strict";
import { Candidate, type SeenLease } from "../../sandbox/kubernetes/elections/candidate";
import { Leadership } from "../../sandbox/kubernetes/elections/leadership";

const lease = (version: string, holderIdentity: string, leaseDurationSeconds = 15): SeenLease => ({
    version,
    spec: { holderIdentity, leaseDurationSeconds },
});

describe("a candidate for a Lease", () => {
    it("makes one that is not there, and takes one that nobody holds", () => {
        assert.equal(new Candidate("a").next(undefined, 0), "create");
        assert.equal(new Candidate("a").next(lease("1", ""), 0), "take");
    });

    it("waits as long as the record says, from when it saw it change last, however old that is", () => {
        const candidate = new Candidate("a");
        assert.equal(candidate.next(lease("1", "b"), 100_000), undefined);
        assert.equal(candidate.next(lease("1", "b"), 114_999), undefined);
        assert.equal(candidate.next(lease("2", "b"), 115_000), undefined, "b is alive");
        assert.equal(candidate.next(lease("2", "b"), 130_000), "take");
        const long = new Candidate("a");
        assert.equal(long.next(lease("1", "move", 3600), 0), undefined);
        assert.equal(long.next(lease("1", "move", 3600), 3_599_999), undefined);
        assert.equal(long.next(undefined, 3_599_999), "create", "given back");
    });

    it("acts from its first write until it could not renew for ten seconds", () => {
        const candidate = new Candidate("a");
        assert.equal(candidate.acts(0), false);
        candidate.wrote(0);
        assert.ok(candidate.acts(9_999));
        assert.equal(candidate.next(lease("2", "a"), 2_000), "renew");
        candidate.wrote(2_000);
        // Somebody took it: it learns so at its deadline.
        assert.equal(candidate.next(lease("3", "b"), 4_000), undefined);
        assert.ok(candidate.acts(11_999));
        assert.equal(candidate.acts(12_000), false);
    });
});

describe("the record of who acted", () => {
    it("says from when until when, and is quiet while one follows the other", () => {
        const leadership = new Leadership();
        leadership.update("keda", ["old"], 0);
        leadership.update("keda", [], 5);
        leadership.update("keda", ["new"], 9);
        leadership.act("keda", "new", "wrote a Secret");
        assert.deepEqual(leadership.acting, [
            { image: "keda", pod: "old", since: 0, until: 5 },
            { image: "keda", pod: "new", since: 9 },
        ]);
        assert.deepEqual(leadership.violations, []);
    });

    it("tells of two at once, and of one that acts without leading, once each", () => {
        const leadership = new Leadership();
        leadership.update("keda", ["old"], 0);
        leadership.update("alb", ["other"], 0);
        leadership.update("keda", ["old", "new"], 1);
        leadership.update("keda", ["new", "old"], 2);
        leadership.act("keda", "third", "wrote a Secret");
        assert.deepEqual(leadership.violations, [
            "two pods of keda act at once: new, old",
            "third of keda does not lead and wrote a Secret",
        ]);
    });
});
