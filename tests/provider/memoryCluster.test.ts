// The simulated cluster itself: slow pods, late Secrets, leaders with Leases, whom the API server asks. A move can only be proved gentle on a cluster that would show it if it were not.
import assert from "node:assert/strict";
import type { KubernetesObject } from "../../provider/ports/world";
import { processOf } from "./handover/killed";
import { SIMPLE } from "./memory/behaviour";
import { ADDON, RELEASE } from "./memory/content";
import { addressOf } from "./memory/endpoints";
import { assertDone } from "./memory/expectations";
import { OPERATOR_NAMESPACE } from "./memory/operatorContent";
import { isReady } from "./memory/pods";
import { encode, problemOf, tlsData } from "./memory/serving";
import { MemoryStack } from "./memoryStack";
import { MemoryWorld } from "./memoryWorld";

const BY = { manager: "test", operation: "Update" } as const;
const ALB = "hyperpod-inference-operator-alb";
const ALB_LEASE = "aws-load-balancer-controller-leader";
const deployment = (name: string, namespace: string = RELEASE.namespace) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace,
    name,
});
const lease = (name: string, namespace: string = RELEASE.namespace) => ({
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    namespace,
    name,
});
const scale = (world: MemoryWorld, name: string, replicas: number) =>
    world.store.merge(deployment(name), { spec: { replicas } }, BY);
const podsOf = (world: MemoryWorld, app: string, namespace: string = RELEASE.namespace) =>
    world.store.all("Pod", namespace).filter(({ metadata }) => metadata.labels?.app === app);
const leaderOf = (world: MemoryWorld, name: string, namespace: string = RELEASE.namespace) =>
    (world.store.raw(lease(name, namespace))?.spec as { holderIdentity?: string } | undefined)
        ?.holderIdentity;
const actingNow = ({ data }: MemoryWorld, image: string) =>
    data.acts.filter((act) => act.image === image && act.until === undefined);

describe("pods in memory", () => {
    it("start as slowly as their Deployment says, and no other does", () => {
        const world = new MemoryWorld({}, { startUpMs: { [`${RELEASE.namespace}/${ALB}`]: 60_000 } });
        for (const name of [ALB, "keda-operator"])
            for (const pod of podsOf(world, name)) world.store.remove({ ...pod, ...pod.metadata });
        const ready = (name: string) => podsOf(world, name).filter(isReady).length;
        world.settle(59_000);
        assert.deepEqual([ready(ALB), ready("keda-operator")], [0, 1]);
        world.settle(2_000);
        assert.equal(ready(ALB), 3);
    });

    it("present a changed Secret only once kubelet and server have noticed; new pods at once", () => {
        const world = new MemoryWorld({}, { secretDelayMs: 20_000, reloadMs: 10_000 });
        const service = { namespace: RELEASE.namespace, name: "alb-webhook-service" };
        const host = "alb-webhook-service.kube-system.svc";
        world.store.merge(
            { apiVersion: "v1", kind: "Secret", namespace: RELEASE.namespace, name: "alb-tls" },
            { data: tlsData("another CA", [host]) },
            BY,
        );
        const problem = (ca: string) => problemOf(world.store, service, encode(ca));
        world.settle(29_000);
        assert.equal(problem("alb kube-system"), undefined);
        assert.match(problem("another CA") ?? "", /unknown authority/);
        const [one] = podsOf(world, ALB);
        assert.ok(one);
        world.store.remove({ ...one, ...one.metadata });
        world.settle(900);
        assert.match(problem("alb kube-system") ?? "", /unknown authority/, "the new pod has the new one");
        assert.match(problem("another CA") ?? "", /unknown authority/, "the others have the old one");
        assert.equal(problem("alb kube-system\nanother CA"), undefined, "both in one bundle");
        world.settle(2_000);
        assert.equal(problem("another CA"), undefined);
    });
});

describe("leaders in memory", () => {
    let world: MemoryWorld;
    beforeEach(() => {
        world = new MemoryWorld({}, { elections: true });
    });

    it("are one of several pods, by its Lease, and the record says who acted", () => {
        const holder = leaderOf(world, ALB_LEASE);
        assert.ok(podsOf(world, ALB).some(({ metadata }) => metadata.name === holder));
        const acting = actingNow(world, "aws-load-balancer-controller");
        assert.deepEqual(
            acting.map(({ pod }) => pod),
            [`${RELEASE.namespace}/${ALB} ${holder}`],
        );
        assert.deepEqual(world.data.violations, []);
    });

    it("that end leave their Lease for 15 s; then another leads", () => {
        const name = leaderOf(world, ALB_LEASE) ?? "";
        world.store.remove({ apiVersion: "v1", kind: "Pod", namespace: RELEASE.namespace, name });
        world.settle(14_000);
        assert.equal(actingNow(world, "aws-load-balancer-controller").length, 0);
        world.settle(4_000);
        assert.equal(actingNow(world, "aws-load-balancer-controller").length, 1);
        assert.notEqual(leaderOf(world, ALB_LEASE), name);
        assert.deepEqual(world.data.violations, []);
    });

    it("wait as long as a Lease of somebody else says, and lead within seconds when it goes", () => {
        scale(world, ALB, 0);
        world.settle(5_000);
        const spec = { holderIdentity: "somebody", leaseDurationSeconds: 120 };
        world.store.merge(lease(ALB_LEASE), { spec }, BY);
        scale(world, ALB, 2);
        world.settle(100_000);
        assert.equal(podsOf(world, ALB).filter(isReady).length, 2, "Ready without leading");
        assert.equal(leaderOf(world, ALB_LEASE), "somebody");
        assert.equal(actingNow(world, "aws-load-balancer-controller").length, 0);
        world.store.remove(lease(ALB_LEASE));
        world.settle(4_400);
        assert.equal(actingNow(world, "aws-load-balancer-controller").length, 1);
    });

    it("take a Lease that nobody renews once its own duration is over", () => {
        scale(world, ALB, 0);
        world.settle(5_000);
        world.store.merge(
            lease(ALB_LEASE),
            { spec: { holderIdentity: "dead", leaseDurationSeconds: 60 } },
            BY,
        );
        scale(world, ALB, 1);
        world.settle(57_000);
        assert.equal(leaderOf(world, ALB_LEASE), "dead");
        world.settle(6_000);
        assert.notEqual(leaderOf(world, ALB_LEASE), "dead");
    });

    it("in two namespaces are two that act at once: a violation", () => {
        const live = world.store.raw(deployment(ALB)) as KubernetesObject;
        const account = {
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: { name: "aws-load-balancer-controller", namespace: OPERATOR_NAMESPACE },
        };
        world.store.create(account, BY);
        const secret = world.store.raw({
            apiVersion: "v1",
            kind: "Secret",
            namespace: RELEASE.namespace,
            name: "alb-tls",
        }) as KubernetesObject;
        const there = { namespace: OPERATOR_NAMESPACE };
        world.store.create({ ...secret, metadata: { name: "alb-tls", ...there } }, BY);
        const { name, labels = {} } = live.metadata;
        world.store.create({ ...live, metadata: { name, labels, ...there } }, BY);
        world.settle();
        assert.match(world.data.violations.join(), /two active controllers aws-load-balancer-controller/);
    });

    it("who take a Lease from one that lives act beside it until it notices: a violation", () => {
        const holder = leaderOf(world, ALB_LEASE);
        const other = podsOf(world, ALB).find(({ metadata }) => metadata.name !== holder);
        world.store.merge(lease(ALB_LEASE), { spec: { holderIdentity: other?.metadata.name } }, BY);
        world.data.leaders.add(other?.metadata.uid ?? "");
        world.settle();
        assert.match(world.data.violations.join(), /two active controllers aws-load-balancer-controller/);
        assert.equal(actingNow(world, "aws-load-balancer-controller").length, 1);
    });

    it("alone keep KEDA's certificates", () => {
        world.store.merge(
            lease("operator.keda.sh"),
            { spec: { holderIdentity: "somebody", leaseDurationSeconds: 600 } },
            BY,
        );
        world.settle();
        const certificates = {
            apiVersion: "v1",
            kind: "Secret",
            namespace: RELEASE.namespace,
            name: "kedaorg-certs",
        };
        world.store.remove(certificates);
        world.settle();
        assert.equal(world.store.raw(certificates), undefined);
        world.store.remove(lease("operator.keda.sh"));
        world.settle();
        assert.ok(world.store.raw(certificates));
    });
});

describe("EKS in memory", () => {
    it("takes the add-on's fields again and again while it is CREATING, where that is asked for", async () => {
        const bundle = async (reapplyEveryMs: number) => {
            const world = new MemoryWorld({}, { reapplyEveryMs });
            world.data.outcomes.set(ADDON, "NEVER");
            const { ports } = await processOf(world);
            await ports.addons.create({
                name: ADDON,
                version: "v1.4.0-eksbuild.1",
                configurationValues: "{}",
                token: "t",
            });
            world.settle(2_000);
            const ref = {
                apiVersion: "admissionregistration.k8s.io/v1",
                kind: "ValidatingWebhookConfiguration",
                name: "alb-webhook",
            };
            const { webhooks } = world.store.raw(ref) as unknown as {
                webhooks: { clientConfig: { caBundle?: string } }[];
            };
            const changed = webhooks.map((one) => ({
                ...one,
                clientConfig: { ...one.clientConfig, caBundle: encode("ours") },
            }));
            world.store.merge(ref, { webhooks: changed }, BY);
            world.settle(10_000);
            const now = world.store.raw(ref) as unknown as { webhooks: unknown[] };
            return JSON.stringify(now.webhooks) === JSON.stringify(webhooks);
        };
        assert.equal(await bundle(3_000), true);
        assert.equal(await bundle(0), false);
    });
});

describe("the API server in memory", () => {
    const bridge = (world: MemoryWorld, addresses: readonly string[]) => {
        const namespace = OPERATOR_NAMESPACE;
        const name = "alb-webhook-service";
        if (world.store.raw({ apiVersion: "v1", kind: "Service", namespace, name }) === undefined)
            world.store.create(
                { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec: {} },
                BY,
            );
        const ref = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", name: "bridge", namespace };
        world.store.remove(ref);
        const metadata = { name: "bridge", namespace, labels: { "kubernetes.io/service-name": name } };
        const endpoints = addresses.map((address) => ({ addresses: [address], conditions: { ready: true } }));
        const { apiVersion, kind } = ref;
        world.store.create({ apiVersion, kind, metadata, endpoints } as KubernetesObject, BY);
        const host = `${name}.${namespace}.svc`;
        world.store.merge(
            { apiVersion: "v1", kind: "Secret", namespace: RELEASE.namespace, name: "alb-tls" },
            { data: tlsData("alb", [host]) },
            BY,
        );
        return () => problemOf(world.store, { namespace, name }, encode("alb"));
    };

    it("asks the pods that a slice of ours names, where it follows slices", () => {
        const world = new MemoryWorld();
        const problem = bridge(world, podsOf(world, ALB).map(addressOf));
        assert.equal(problem(), undefined);
        world.data.behaviour = { ...SIMPLE, followsSlices: false };
        assert.match(problem() ?? "", /no endpoints available/);
    });

    it("meets a pod that is gone as long as a slice names it", () => {
        const world = new MemoryWorld();
        const addresses = podsOf(world, ALB).map(addressOf);
        const problem = bridge(world, addresses);
        const [one] = podsOf(world, ALB);
        assert.ok(one);
        world.store.remove({ ...one, ...one.metadata });
        world.settle(2_000);
        assert.match(problem() ?? "", /connection refused/);
        bridge(world, podsOf(world, ALB).map(addressOf));
        assert.equal(problem(), undefined);
    });

    it("does not ask a webhook whose conditions let nothing through", () => {
        const world = new MemoryWorld();
        const requests = world.watchRequests();
        scale(world, ALB, 0);
        world.settle(2_000);
        assert.ok((requests.refused.get("ingress creation")?.milliseconds ?? 0) > 1_000);
        for (const kind of ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"]) {
            const ref = { apiVersion: "admissionregistration.k8s.io/v1", kind, name: "alb-webhook" };
            const { webhooks } = world.store.raw(ref) as unknown as { webhooks: object[] };
            const matchConditions = [{ name: "off", expression: "false" }];
            const patch = { webhooks: webhooks.map((webhook) => ({ ...webhook, matchConditions })) };
            world.store.merge(ref, patch, BY);
        }
        const before = requests.refused.get("ingress creation")?.milliseconds;
        world.settle(2_000);
        assert.equal(requests.refused.get("ingress creation")?.milliseconds, before);
    });

    it("shows how long a move with a pause has requests refused, and who was away", async () => {
        const startUpMs = { [`${OPERATOR_NAMESPACE}/hyperpod-inference-controller-manager`]: 60_000 };
        const world = new MemoryWorld({}, { elections: true, startUpMs });
        const requests = world.watchRequests();
        const inputs = { clusterName: "demo", skipDependenciesMigration: true, handover: "Pause" };
        const stack = new MemoryStack(world, inputs);
        assertDone(await stack.up());
        const seconds = requests.seconds();
        assert.ok((seconds["models through the old version"] ?? 0) > 60, JSON.stringify(seconds));
        assert.ok((seconds["ingress creation"] ?? 0) < 5, JSON.stringify(seconds));
        // Its certificates come from the one that leads, so the adapter waits for the election.
        assert.ok((seconds["external metrics"] ?? 0) > 2, JSON.stringify(seconds));
        assert.equal(seconds["scaled objects"], undefined, "nothing that may fail is refused");
        assert.deepEqual(world.data.violations, []);
    });
});
