// The stand-in cert-manager's rule since 1.18, without a cluster: what is there at first is what was requested, and a Certificate or a Secret that goes back is not.
import assert from "node:assert/strict";
import type { Secret } from "../../sandbox/kubernetes/objectTypes";
import { CurrentRequests } from "../../sandbox/kubernetes/standIns/currentRequests";

const certificate = (...dnsNames: string[]) => ({
    metadata: { namespace: "system", name: "serving" },
    spec: { secretName: "serving-cert", dnsNames },
});
const secret = (bytes: string) => ({ data: { "tls.crt": bytes } }) as unknown as Secret;

describe("cert-manager's latest request", () => {
    it("is what both are compared with: either one that goes back is issued again", () => {
        const requests = new CurrentRequests();
        requests.switchOn(2_000);
        assert.equal(requests.differs(certificate("a"), secret("first")), false, "as it was found");
        assert.ok(requests.differs(certificate("a", "b"), secret("first")), "other names");
        requests.note(certificate("a", "b"), secret("second"));
        assert.equal(requests.differs(certificate("b", "a"), secret("second")), false);
        assert.ok(requests.differs(certificate("a"), secret("first")), "both went back, and fit each other");
        assert.ok(requests.differs(certificate("a", "b"), secret("first")), "the Secret went back");
    });

    it("is nothing while the rule is off", () => {
        const requests = new CurrentRequests();
        requests.note(certificate("a"), secret("first"));
        assert.equal(requests.differs(certificate("b"), secret("other")), false);
        requests.switchOn(0);
        requests.differs(certificate("a"), secret("first"));
        requests.switchOff();
        requests.switchOn(0);
        assert.equal(requests.differs(certificate("a"), secret("second")), false, "forgotten");
    });
});
