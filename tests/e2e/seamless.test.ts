// A whole move on which every controller hands over without a pause there and back: slow pods, late Secrets, real elections, and every request that users make, five times a second. SEAMLESS=real takes the times of real nodes.
import assert from "node:assert/strict";
import { slowDown } from "../../sandbox/content/slowNodes";
import { requestJson } from "../../sandbox/kubernetes/requestJson";
import type { Sandbox } from "../../sandbox/sandbox";
import { modelRequests } from "../../sandbox/watch/modelRequests";
import { describeObservation, type Observation, observeEveryRequest } from "../../sandbox/watch/observeMove";
import "./hooks";
import { migrationIn, QUICK, readObject, succeeds, textOf } from "./runs";
import { differencesFromStart, fresh, until } from "./stage";

const TIMES =
    process.env.SEAMLESS === "real"
        ? { startUpMs: 60_000, secretDelayMs: 20_000 }
        : { startUpMs: 6_000, secretDelayMs: 2_000 };
const OPERATOR = "hyperpod-inference-operator";
const NAMESPACE = "hyperpod-inference-system";
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
    // Real times alone are seven minutes.
    this.timeout(process.env.SEAMLESS === "real" ? 1_500_000 : 600_000);

    it("refuses no request, and at no moment two of a kind act", async () => {
        const scene = await fresh({
            args: { ...QUICK, allowAdmissionBypass: true },
            change: (its) => slowDown(its, TIMES),
        });
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

    it("goes on while a node is drained, there and back: refused for no longer than a look at the pods takes", async () => {
        const change = async (sandbox: Sandbox) => {
            await onTwoNodes(sandbox);
            await slowDown(sandbox, TIMES);
        };
        const scene = await fresh({ args: { ...QUICK, allowAdmissionBypass: true }, change });
        const { sandbox, pulumi } = scene;
        // Going forward the add-on's pods start; in the undo Helm's are all there again.
        const middles = {
            up: async () => (await readObject(sandbox, SUCCESSOR)) !== undefined,
            destroy: () => areTwoEach(sandbox),
        };
        for (const command of ["up", "destroy"] as const) {
            const watching = await observeEveryRequest(sandbox);
            const running = pulumi[command]("--skip-preview");
            await until(`the middle of ${command}`, 240_000, middles[command]);
            const evicted = await drain(sandbox);
            const run = await running;
            const observation = await watching.stop();
            succeeds(run);
            const told = `${evicted.join(", ")}\n${describeObservation(observation)}`;
            console.log(`      ${command}, evicted: ${told}`);
            assert.ok(
                evicted.some((name) => name.startsWith("hyperpod-inference-operator-controller-manager-")),
                told,
            );
            assert.deepEqual(sandbox.nodes.leadership().violations, [], told);
            for (const [request, { seconds }] of Object.entries(observation.refused))
                assert.ok(seconds <= FOLLOWED_SECONDS, `${request}\n${told}`);
            await cordon(sandbox, false);
        }
        assert.equal(await differencesFromStart(scene), "");
    });
});

const SECOND_NODE = "fake-2";
/** A bridge is looked at twice a second, and what a drain takes away without a move is refused that long too. */
const FOLLOWED_SECONDS = 1.5;
/** Of Helm's; of each there is a pod that stays. */
const REPLICATED = [
    `${NAMESPACE}/deployments/hyperpod-inference-operator-controller-manager`,
    "kube-system/deployments/hyperpod-inference-operator-alb",
    "kube-system/deployments/keda-operator-metrics-apiserver",
    "kube-system/deployments/keda-admission-webhooks",
].map((place) => `/apis/apps/v1/namespaces/${place}`);
const SUCCESSOR = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/hyperpod-inference-controller-manager`;

/** Those that lead stay where they are. */
async function onTwoNodes(sandbox: Sandbox): Promise<void> {
    const node = (await requestJson(sandbox, "GET", "/api/v1/nodes/fake-1")) as {
        metadata: { labels: object };
    };
    const labels = { ...node.metadata.labels, "kubernetes.io/hostname": SECOND_NODE };
    await requestJson(sandbox, "POST", "/api/v1/nodes", { metadata: { name: SECOND_NODE, labels } });
    for (const path of REPLICATED) await requestJson(sandbox, "PATCH", path, { spec: { replicas: 2 } });
    await until("two pods of each", 60_000, () => areTwoEach(sandbox));
}

async function areTwoEach(sandbox: Sandbox): Promise<boolean> {
    const all = await Promise.all(REPLICATED.map((path) => readObject(sandbox, path)));
    return all.every((one) => (one?.status as { readyReplicas?: number } | undefined)?.readyReplicas === 2);
}

async function cordon(sandbox: Sandbox, unschedulable: boolean): Promise<void> {
    await requestJson(sandbox, "PATCH", `/api/v1/nodes/${SECOND_NODE}`, { spec: { unschedulable } });
}

/** As `kubectl drain` does it. Answers who was evicted. */
async function drain(sandbox: Sandbox): Promise<string[]> {
    await cordon(sandbox, true);
    const query = `fieldSelector=spec.nodeName%3D${SECOND_NODE}`;
    const { items } = (await readObject(sandbox, `/api/v1/pods?${query}`)) as unknown as {
        items: { metadata: { name: string; namespace: string } }[];
    };
    for (const { metadata } of items)
        await requestJson(
            sandbox,
            "POST",
            `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/eviction`,
            { apiVersion: "policy/v1", kind: "Eviction", metadata },
        );
    return items.map(({ metadata }) => metadata.name);
}
