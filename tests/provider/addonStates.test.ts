// Which state of an add-on can heal by itself: one rule for the move, for its dependencies and for the component's health.
import assert from "node:assert/strict";
import { hasFailed } from "../../provider/addons/states";
import { type AddonIssue, AddonStatus } from "../../provider/ports/world";

const issue = (code: string): AddonIssue => ({ code, message: "", resourceIds: [] });

describe("an add-on's state", () => {
    it("is a failure when a creation, an update or a deletion failed", () => {
        const { CreateFailed, UpdateFailed, DeleteFailed } = AddonStatus;
        const failed = Object.values(AddonStatus).filter((status) => hasFailed({ status, issues: [] }));
        assert.deepEqual(failed.sort(), [CreateFailed, DeleteFailed, UpdateFailed].sort());
    });

    it("DEGRADED heals by itself while replicas are on their way, and not when EKS is refused", () => {
        const degraded = (...codes: string[]) =>
            hasFailed({ status: AddonStatus.Degraded, issues: codes.map(issue) });
        assert.equal(degraded("InsufficientNumberOfReplicas"), false);
        assert.equal(degraded("ClusterUnreachable"), false);
        assert.equal(degraded("AccessDenied"), true);
        assert.equal(degraded("InsufficientNumberOfReplicas", "ConfigurationConflict"), true);
    });

    it("of one that is ACTIVE is none, whatever EKS notes beside it", () => {
        assert.equal(hasFailed({ status: AddonStatus.Active, issues: [issue("AccessDenied")] }), false);
    });
});
