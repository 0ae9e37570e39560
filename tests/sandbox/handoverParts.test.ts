// The parts of a handover against a real API server, with real TLS: whom it asks, what pods present, how a Service of ours becomes the add-on's.
import assert from "node:assert/strict";
import { openGate } from "../../provider/adapters/gates";
import { kubeconfigAccess } from "../../provider/adapters/kubernetes/access";
import { KubernetesApi } from "../../provider/adapters/kubernetes/api";
import { ApiDiscovery } from "../../provider/adapters/kubernetes/apiDiscovery";
import { KubernetesObjects } from "../../provider/adapters/kubernetes/objects";
import {
    buildBridge,
    cutBridge,
    followBridge,
    removeBridges,
} from "../../provider/operations/handover/bridge";
import { askCanary } from "../../provider/operations/handover/canary";
import {
    holdLeases,
    leaseRef,
    releaseLeases,
    rememberLeases,
} from "../../provider/operations/handover/heldLeases";
import { waitForNames } from "../../provider/operations/handover/presentedNames";
import type { ObjectRef, World } from "../../provider/ports/world";
import { systemClock } from "../../provider/process/systemClock";
import { type ApiClient, ApiError } from "../../sandbox/kubernetes/apiClient";
import { makeCertificate } from "../../sandbox/kubernetes/certificates";
import type { KubeObject } from "../../sandbox/kubernetes/objects";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox";
import { adminClient, create, eventually, podsOf, readyPods, service, workload } from "./kubernetesObjects";

const ID = "0123456789abcdef";
const NAME = "alb-webhook-service";
const OLD = `${NAME}.default.svc`;
const NEW = `${NAME}.addon.svc`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const ref = (namespace: string): ObjectRef => ({ apiVersion: "v1", kind: "Service", namespace, name: NAME });
const BRIDGE = { from: ref("default"), to: ref("addon") };

describe("parts of a handover on a real API server", function () {
    this.timeout(120_000);
    let sandbox: Sandbox;
    let client: ApiClient;
    let world: World;
    let ca: { certificate: string; key: string };

    const issue = async (dnsNames: string[]) => {
        const pair = await makeCertificate({ commonName: "alb", dnsNames }, ca);
        return { "tls.crt": base64(pair.certificate), "tls.key": base64(pair.key) };
    };
    const setNames = async (dnsNames: string[]) =>
        client.call({
            method: "PATCH",
            path: "/api/v1/namespaces/default/secrets/alb-tls",
            contentType: "merge",
            body: { data: await issue(dnsNames) },
        });
    const ownObjects = async () => {
        const lists = ["/api/v1/services", "/apis/discovery.k8s.io/v1/endpointslices"].map((path) =>
            client.call<{ items: KubeObject[] }>({
                path: `${path}?labelSelector=pulumi-hyperpod-inference%2Fmigration`,
            }),
        );
        return (await Promise.all(lists)).flatMap(({ items }) => items.map(({ metadata }) => metadata.name));
    };

    before(async () => {
        sandbox = await startSandbox();
        client = adminClient(sandbox);
        const access = await kubeconfigAccess(sandbox.kubeconfig, undefined);
        const api = new KubernetesApi(access, (ms) => systemClock.sleep(ms), openGate);
        const objects = new KubernetesObjects(api, new ApiDiscovery(api));
        world = { objects, clock: systemClock } as Partial<World> as World;
        ca = await makeCertificate({ commonName: "alb-ca", isCa: true });
        const tls = { apiVersion: "v1", kind: "Secret", metadata: { name: "alb-tls", namespace: "default" } };
        await create(
            client,
            { apiVersion: "v1", kind: "Namespace", metadata: { name: "addon" } },
            { ...tls, data: await issue([OLD]) } as KubeObject,
            service(NAME, "alb", 9443),
            workload("alb", "aws-load-balancer-controller", { secret: "alb-tls", replicas: 2 }),
        );
        await readyPods(client, "alb", 2);
    });
    after(async () => {
        client?.close();
        await sandbox?.stop();
    });
    afterEach(() => sandbox.nodes.clearScripts());

    it("the canary sees that slices of ours are followed, and leaves nothing behind", async () => {
        const begun = Date.now();
        const verdict = await askCanary(world, {
            migrationId: ID,
            namespace: "addon",
            target: BRIDGE.from,
        });
        console.log(`      answered in ${Date.now() - begun} ms`);
        assert.equal(verdict.followsSlices, true, verdict.why);
        assert.deepEqual(await ownObjects(), []);
    });

    it("pods say by their own handshake when they present both names", async () => {
        sandbox.nodes.secretsReachPodsAfter(3_000);
        await setNames([OLD, NEW]);
        const begun = Date.now();
        await waitForNames(world, {
            migrationId: ID,
            namespace: "addon",
            service: BRIDGE.from,
            names: [OLD, NEW],
            timeoutMs: 30_000,
            meanwhile: async () => undefined,
        });
        assert.ok(Date.now() - begun >= 2_500, "not before the pods do");
        assert.deepEqual(await ownObjects(), []);
    });

    it("the bridge answers a webhook under the new name, also after every old pod moved", async () => {
        await buildBridge(world, ID, BRIDGE);
        const configuration = {
            apiVersion: "admissionregistration.k8s.io/v1",
            kind: "ValidatingWebhookConfiguration",
            metadata: { name: "alb-webhook" },
            webhooks: [
                {
                    name: "vingress.elbv2.k8s.aws",
                    admissionReviewVersions: ["v1"],
                    sideEffects: "None",
                    failurePolicy: "Fail",
                    clientConfig: {
                        caBundle: base64(ca.certificate),
                        service: { name: NAME, namespace: "addon", path: "/validate-networking-v1-ingress" },
                    },
                    rules: [
                        {
                            apiGroups: ["networking.k8s.io"],
                            apiVersions: ["v1"],
                            operations: ["CREATE"],
                            resources: ["ingresses"],
                        },
                    ],
                },
            ],
        };
        await create(client, configuration);
        await eventually("an ingress", works);
        const before = await podsOf(client, "alb");
        for (const { metadata } of before)
            await client.call({
                method: "DELETE",
                path: `/api/v1/namespaces/default/pods/${metadata.name}`,
            });
        const old = new Set(before.map(({ metadata }) => metadata.uid));
        await eventually("both successors", async () => {
            const now = await readyPods(client, "alb", 2);
            return now.some(({ metadata }) => old.has(metadata.uid)) ? undefined : now;
        });
        await followBridge(world, ID, BRIDGE);
        await eventually("an ingress after the drain", works);
    });

    it("the add-on's Service takes the place of ours, keeps its UID and address, and carries no mark in the end", async () => {
        const path = `/api/v1/namespaces/addon/services/${NAME}`;
        type Service = KubeObject & { spec: { clusterIP?: string; selector?: object } };
        const ours = await client.call<Service>({ path });
        await client.call({
            method: "PATCH",
            path: `${path}?fieldManager=eks&force=true`,
            contentType: "apply",
            body: service(NAME, "new-alb", 9443, "addon"),
        });
        await eventually("still answered by the old pods", works);
        await cutBridge(world, ID, BRIDGE);
        await removeBridges(world, ID, [BRIDGE]);
        const theirs = await client.call<Service & { metadata: { managedFields: { manager: string }[] } }>({
            path,
        });
        assert.equal(theirs.metadata.uid, ours.metadata.uid);
        assert.equal(theirs.spec.clusterIP, ours.spec.clusterIP);
        assert.deepEqual(theirs.spec.selector, { app: "new-alb" });
        assert.equal(theirs.metadata.labels, undefined);
        assert.deepEqual(
            theirs.metadata.managedFields.map(({ manager }) => manager),
            ["eks"],
        );
        assert.deepEqual(await ownObjects(), []);
        // Open connections outlive the bridge; they end with their pods.
        sandbox.nodes.script({ image: "aws-load-balancer-controller" }, { never: true });
        await refused();
    });

    it("a Lease is held as client-go reads it, and goes when it is given back", async () => {
        const lease = leaseRef("addon", "aws-load-balancer-controller-leader");
        const memory = await rememberLeases(world, [lease]);
        await holdLeases(world, ID, memory);
        const held = (await world.objects.read(lease)) as unknown as { spec: Record<string, unknown> };
        assert.equal(held.spec.holderIdentity, `pulumi-hyperpod-inference/${ID}`);
        assert.equal(held.spec.leaseDurationSeconds, 315_360_000);
        assert.match(String(held.spec.renewTime), /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{6}Z$/);
        await releaseLeases(world, ID, memory);
        assert.equal(await world.objects.read(lease), undefined);
    });

    const ingress = () => {
        const backend = { service: { name: "shop", port: { number: 80 } } };
        const metadata = { generateName: "shop-", namespace: "default" };
        const spec = { defaultBackend: backend };
        return { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata, spec };
    };
    const ask = () =>
        client.call({
            method: "POST",
            path: "/apis/networking.k8s.io/v1/namespaces/default/ingresses?dryRun=All",
            body: ingress(),
        });
    const works = (): Promise<true | undefined> =>
        ask().then(
            () => true as const,
            (error) => {
                if (error instanceof ApiError) return undefined;
                throw error;
            },
        );
    const refused = () =>
        eventually("no pod behind the new Service", async () => ((await works()) ? undefined : true));
});
