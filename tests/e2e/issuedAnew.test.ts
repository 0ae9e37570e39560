// The undo under cert-manager's own rule since 1.18, on a real control plane: it issues again when the Certificate goes back, seconds later. The undo waits for it, and says what is not as before; nothing else differs.
import assert from "node:assert/strict";
import { captureState, compareStates, type Difference } from "../../sandbox/compare";
import "./hooks";
import { QUICK, succeeds, textOf } from "./runs";
import { fresh, inWords } from "./stage";

const ISSUE_MS = 2_000;

describe("an undo beside cert-manager 1.18", function () {
    this.timeout(300_000);

    it("waits until it has issued, tells the Secret, and everything else is as before", async () => {
        const { sandbox, start, pulumi } = await fresh({ args: QUICK });
        sandbox.nodes.compareCertificateRequests(ISSUE_MS);
        succeeds(await pulumi.up("--skip-preview"));
        const text = textOf(succeeds(await pulumi.destroy("--skip-preview")));
        const told = /cert-manager issued Secret (\S+) anew when its Certificate went back/.exec(text);
        assert.equal(told?.[1], "hyperpod-inference-system/webhook-server-cert", text);
        const atTheEnd = await captureState(sandbox);
        const differences = compareStates(start, atTheEnd);
        assert.ok(
            differences.some(({ key }) => key.endsWith("/webhook-server-cert")),
            "the rule was met",
        );
        assert.equal(inWords(differences.filter((one) => !isIssued(one))), "");
        // What was told at its end is the end: cert-manager is done.
        await new Promise((next) => setTimeout(next, 2 * ISSUE_MS));
        assert.equal(inWords(compareStates(atTheEnd, await captureState(sandbox))), "");
    });
});

/** The Secret, the authorities that trust it, and who wrote them. */
function isIssued({ key, path }: Difference): boolean {
    if (/^Secret .*\/webhook-server-cert$/.test(key)) return true;
    if (/^cert-manager\.io\/Certificate /.test(key)) return /^(status|metadata\.managedFields)\b/.test(path);
    return (
        /caBundle|^metadata\.managedFields/.test(path) &&
        /CustomResourceDefinition|WebhookConfiguration/.test(key)
    );
}
