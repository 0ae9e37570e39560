// A whole move on which every controller hands over without a pause there and back: slow pods, late Secrets, real elections, and every request that users make, five times a second. SEAMLESS=real takes the times of real nodes.
import assert from "node:assert/strict";
import type { Sandbox } from "../../sandbox/sandbox";
import { modelRequests } from "../../sandbox/watch/modelRequests";
import { describeObservation, type Observation, observeEveryRequest } from "../../sandbox/watch/observeMove";
import "./hooks";
import { migrationIn, QUICK, readObject, succeeds, textOf } from "./runs";
import { differencesFromStart, fresh, until } from "./stage";

const [START_UP_MS, SECRET_DELAY_MS] = process.env.SEAMLESS === "real" ? [60_000, 20_000] : [6_000, 2_000];
const OPERATOR = "hyperpod-inference-operator";
const NAMESPACE = "hyperpod-inference-system";
const lease = (namespace: string, name: string) =>
    `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${name}`;
/** Helm's. */
const LEASES = [
    lease(NAMESPACE, "e7d9c1a4.sagemaker.amazonaws.com"),
    lease("kube-system", "aws-load-balancer-controller-leader"),
    lease("kube-system", "operator.keda.sh"),
];
const CONTROLLERS = [OPERATOR, "aws-load-balancer-controller", "keda-operator", "keda-metrics-apiserver"];
/** What the other controllers answer, and what no controller of this move does. */
const OTHERS = [
    "create ingress",
    "update ingress",
    "external metrics",
    "value of an external metric",
    "write scaled object",
    "write certificate",
    "pod metrics",
];

/** As slow as nodes are, with leaders that are elected. */
async function slow(sandbox: Sandbox): Promise<void> {
    const { nodes } = sandbox;
    for (const image of [...CONTROLLERS, "keda-admission-webhooks"])
        nodes.script({ image }, { readyAfterMs: START_UP_MS });
    nodes.secretsReachPodsAfter(SECRET_DELAY_MS);
    nodes.electLeaders();
    await until("Helm's controllers to lead", 30_000, async () => {
        const leases = await Promise.all(LEASES.map((path) => readObject(sandbox, path)));
        return leases.every(
            (one) => (one?.spec as { holderIdentity?: string } | undefined)?.holderIdentity !== undefined,
        );
    });
}

function assertNobodyNoticed({ nodes }: Sandbox, observation: Observation): void {
    const told = describeObservation(observation);
    assert.deepEqual(observation.deletions, [], told);
    assert.deepEqual(nodes.leadership().violations, [], told);
    for (const image of CONTROLLERS) assert.equal(observation.away[image]?.seconds, 0, told);
    const models = modelRequests(observation);
    assert.ok(models.kinds >= 6 && models.asked > 60, told);
    assert.deepEqual(models.answers, [], told);
    for (const request of OTHERS)
        assert.equal(observation.refused[request]?.seconds, 0, `${request}\n${told}`);
    console.log(
        `      0 of ${models.asked} requests for models refused in ${observation.seconds.toFixed(0)} s`,
    );
}

describe("a move whose controllers hand over", function () {
    this.timeout(600_000);

    it("refuses no request, and at no moment two of a kind act", async () => {
        const scene = await fresh({ args: { ...QUICK, allowAdmissionBypass: true }, change: slow });
        const { sandbox, pulumi } = scene;
        const watching = await observeEveryRequest(sandbox);
        const up = await pulumi.up("--skip-preview");
        const observation = await watching.stop();
        succeeds(up);
        const steps = (await migrationIn(pulumi))?.steps.map(({ name }) => name) ?? [];
        assert.ok(steps.includes("handOver"), `it paused:\n${textOf(up)}`);
        assertNobodyNoticed(sandbox, observation);
        const leaders = () =>
            sandbox.nodes
                .leadership()
                .acting.filter(({ image }) => image === OPERATOR)
                .map(({ pod }) => pod);
        assert.match(leaders()[0] ?? "", /hyperpod-inference-operator-controller-manager-/);
        // A pod that ends gives its Lease back to nobody: it has to run out.
        await until("the add-on's operator to lead", 40_000, () =>
            /hyperpod-inference-controller-manager-/.test(leaders().at(-1) ?? ""),
        );
        assert.deepEqual(sandbox.nodes.leadership().violations, []);

        const watchingBack = await observeEveryRequest(sandbox);
        const destroy = await pulumi.destroy("--skip-preview");
        const observationBack = await watchingBack.stop();
        succeeds(destroy);
        assertNobodyNoticed(sandbox, observationBack);
        assert.equal(await differencesFromStart(scene), "");
    });
});
