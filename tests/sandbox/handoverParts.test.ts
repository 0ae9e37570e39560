// The parts of a handover against a real API server, with real TLS: whom it asks, what pods present, how a Service of ours becomes the add-on's.
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { KubernetesApi } from "../../provider/adapters/kubernetes/api";
import { ApiDiscovery } from "../../provider/adapters/kubernetes/apiDiscovery";
import { kubeconfigAccess } from "../../provider/adapters/kubernetes/clusterAccess";
import { KubernetesObjects } from "../../provider/adapters/kubernetes/objects";
import { openGate } from "../../provider/adapters/locklessGates";
import { X509Certificates } from "../../provider/adapters/x509Certificates";
import type { JournalFacts, StepContext } from "../../provider/engine/step";
import { INJECT } from "../../provider/kubernetes/certManagerAnnotations";
import { refTo } from "../../provider/kubernetes/objectRef";
import { certificateIn } from "../../provider/kubernetes/tlsSecrets";
import { beginBypass, endBypass } from "../../provider/operations/handover/admissionBypass";
import {
    buildBridge,
    cutBridge,
    followBridge,
    leadsByItself,
    removeBridges,
} from "../../provider/operations/handover/bridge";
import { askAnew } from "../../provider/operations/handover/caBundles";
import { askCanary } from "../../provider/operations/handover/canary";
import { forgetConversions, injectAgain } from "../../provider/operations/handover/conversionConnections";
import {
    holdLeases,
    leaseRef,
    letRunOut,
    releaseLeases,
    rememberLeases,
} from "../../provider/operations/handover/heldLeases";
import { endRules, oneWriteDecides } from "../../provider/operations/handover/leadershipRule";
import { presentOwn, rememberAuthority, takeOwnBack } from "../../provider/operations/handover/ownAuthority";
import { waitForNames } from "../../provider/operations/handover/presentedNames";
import {
    pointToNew,
    pointToOld,
    referencesToOld,
} from "../../provider/operations/handover/serviceReferences";
import { namesOfBoth, shareAuthority } from "../../provider/operations/handover/sharedAuthority";
import type { KubernetesObject, ManagedFieldsEntry, ObjectRef, World } from "../../provider/ports/world";
import { systemClock } from "../../provider/process/systemClock";
import { type ApiClient, ApiError } from "../../sandbox/kubernetes/apiClient";
import { RENEW_DEADLINE_MS, RETRY_MS } from "../../sandbox/kubernetes/elections/candidate";
import { makeCertificate } from "../../sandbox/kubernetes/makeCertificate";
import type { KubeObject } from "../../sandbox/kubernetes/objectTypes";
import type { Sandbox } from "../../sandbox/sandbox";
import "../run/sandboxHooks";
import { emptySandbox } from "../run/sharedSandbox";
import {
    adminClient,
    certManagerCrds,
    crd,
    create,
    eventually,
    isReady,
    onThisMachine,
    pathOf,
    podsOf,
    readyPods,
    service,
    workload,
} from "./kubernetesObjects";

const ID = "0123456789abcdef";
const NAME = "alb-webhook-service";
const OLD = `${NAME}.default.svc`;
const NEW = `${NAME}.addon.svc`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const ref = (namespace: string): ObjectRef => ({ apiVersion: "v1", kind: "Service", namespace, name: NAME });
const BRIDGE = { from: ref("default"), to: ref("addon") };
const deployment = (name: string, namespace: string): ObjectRef => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace,
    name,
});

describe("parts of a handover on a real API server", function () {
    this.timeout(onThisMachine(120_000));
    let sandbox: Sandbox;
    let client: ApiClient;
    let world: World;
    let ca: { certificate: string; key: string };

    const issue = async (dnsNames: string[]) => {
        const pair = await makeCertificate({ commonName: "alb", dnsNames }, ca);
        return { "tls.crt": base64(pair.certificate), "tls.key": base64(pair.key) };
    };
    const tls = (namespace: string) => ({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "alb-tls", namespace },
    });
    const setNames = async (dnsNames: string[]) =>
        client.call({
            method: "PATCH",
            path: "/api/v1/namespaces/default/secrets/alb-tls",
            contentType: "merge",
            body: { data: await issue(dnsNames) },
        });
    const present = (of: ObjectRef, names: readonly string[]) =>
        waitForNames(world, {
            migrationId: ID,
            namespace: "addon",
            service: of,
            names,
            timeoutMs: 30_000,
            meanwhile: async () => undefined,
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
        sandbox = await emptySandbox();
        client = adminClient(sandbox);
        const access = await kubeconfigAccess(sandbox.kubeconfig, undefined);
        const api = new KubernetesApi(access, (ms) => systemClock.sleep(ms), openGate);
        const objects = new KubernetesObjects(api, new ApiDiscovery(api));
        world = {
            objects,
            certificates: new X509Certificates(),
            clock: systemClock,
        } as Partial<World> as World;
        ca = await makeCertificate({ commonName: "alb-ca", isCa: true });
        await create(
            client,
            { apiVersion: "v1", kind: "Namespace", metadata: { name: "addon" } },
            { ...tls("default"), data: await issue([OLD]) } as KubeObject,
            service(NAME, "alb", 9443),
            workload("alb", "aws-load-balancer-controller", { secret: "alb-tls", replicas: 2 }),
        );
        await readyPods(client, "alb", 2);
    });
    after(() => client?.close());
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
        await present(BRIDGE.from, [OLD, NEW]);
        assert.ok(Date.now() - begun >= 2_500, "not before the pods do");
        assert.deepEqual(await ownObjects(), []);
    });

    it("a certificate of the move's own authority is trusted while pods change to it, and the former one comes back", async () => {
        await create(client, albWebhook("alb-own", "default"));
        await eventually("an ingress", works);
        const configurations = await referencesToOld(world, [], [BRIDGE]);
        const secret = { ...BRIDGE.from, kind: "Secret", name: "alb-tls" };
        const memory = await rememberAuthority(world, secret, configurations, [BRIDGE.from, BRIDGE.to]);
        assert.ok(!("why" in memory));
        const former = certificateIn(world, memory.secret)?.dnsNames ?? [];
        sandbox.nodes.secretsReachPodsAfter(2_000);
        await askMeanwhile(ask, async () => {
            await buildBridge(world, ID, BRIDGE);
            await presentOwn(world, ID, memory, [NEW, OLD, "third.default.svc"]);
            await present(BRIDGE.from, [NEW, OLD, "third.default.svc"]);
            await pointToNew(world, configurations.map(refTo), [BRIDGE]);
            await pause(500);
            await pointToOld(world, configurations, [BRIDGE]);
            await takeOwnBack(world, ID, memory, () => present(BRIDGE.from, former));
        });
        const [now] = await Promise.all(configurations.map((one) => world.objects.read(refTo(one))));
        assert.deepEqual(comparable(now), comparable(configurations[0]));
        assert.deepEqual(comparable(await world.objects.read(secret)), comparable(memory.secret));
        await world.objects.remove(refTo(configurations[0] as KubernetesObject));
        await removeBridges(world, ID, [BRIDGE]);
    });

    it("both generations of KEDA stand on one authority: the waiting adapter gets Ready without an operator", async () => {
        const adapter = "keda-operator-metrics-apiserver";
        const bridge = {
            from: { ...BRIDGE.from, name: adapter },
            to: { ...BRIDGE.to, name: adapter },
        };
        const certs = { ...BRIDGE.from, kind: "Secret", name: "kedaorg-certs" };
        const metrics = "v1beta1.external.metrics.k8s.io";
        const group = { group: "external.metrics.k8s.io", version: "v1beta1" };
        const priorities = { groupPriorityMinimum: 100, versionPriority: 100 };
        await create(
            client,
            service(adapter, "keda-metrics", 6443),
            workload("keda-operator", "keda-operator"),
            workload("keda-metrics", "keda-metrics-apiserver", { secret: certs.name }),
            {
                apiVersion: "apiregistration.k8s.io/v1",
                kind: "APIService",
                metadata: { name: metrics },
                spec: { ...group, ...priorities, service: { name: adapter, namespace: "default" } },
            } as KubeObject,
        );
        const discover = () => client.call({ path: "/apis/external.metrics.k8s.io/v1beta1" });
        await eventually("external metrics", () =>
            discover().then(
                () => true as const,
                () => undefined,
            ),
        );
        const before = await world.objects.read(certs);
        assert.ok(before);
        const memory = { serving: before, waiting: { ...certs, namespace: "addon" } };
        const names = namesOfBoth(certificateIn(world, memory.serving)?.dnsNames ?? [], [bridge]);
        sandbox.nodes.secretsReachPodsAfter(2_000);
        await askMeanwhile(discover, async () => {
            await shareAuthority(world, ID, memory, names);
            await buildBridge(world, ID, bridge);
            await present(bridge.from, names);
            const referring = await referencesToOld(world, [], [bridge]);
            assert.deepEqual(
                referring.map(({ metadata: { name } }) => name),
                [metrics],
            );
            await pointToNew(world, referring.map(refTo), [bridge]);
            await create(
                client,
                workload("keda-next", "keda-metrics-apiserver", { secret: certs.name, namespace: "addon" }),
            );
            await readyPods(client, "keda-next", 1, "addon");
            await pause(500);
        });
        const data = (secret: KubernetesObject | undefined) => (secret?.data ?? {}) as Record<string, string>;
        const [serving, waiting] = await Promise.all(
            [certs, memory.waiting].map((one) => world.objects.read(one)),
        );
        assert.deepEqual(data(serving), data(waiting), "KEDA's rotator took it as it is");
        for (const key of ["ca.crt", "ca.key"]) assert.equal(data(serving)[key], data(memory.serving)[key]);
        const { spec } = await client.call<{ spec: { caBundle: string } }>({
            path: `/apis/apiregistration.k8s.io/v1/apiservices/${metrics}`,
        });
        assert.equal(spec.caBundle, data(memory.serving)["ca.crt"]);
        await removeBridges(world, ID, [bridge]);
        for (const one of ["keda-operator", "keda-metrics"])
            await world.objects.remove(deployment(one, "default"));
        await world.objects.remove(deployment("keda-next", "addon"));
    });

    it("the bridge answers a webhook under the new name, and follows old pods that a drain moves within a second", async () => {
        await buildBridge(world, ID, BRIDGE);
        const drain = async () => {
            for (const { metadata } of await podsOf(client, "alb")) {
                await client.call({
                    method: "DELETE",
                    path: `/api/v1/namespaces/default/pods/${metadata.name}`,
                });
                await eventually("its successor", async () => {
                    const now = await readyPods(client, "alb", 2);
                    return now.some(({ metadata: { uid } }) => uid === metadata.uid) ? undefined : now;
                });
            }
        };
        // As often as a move that waits looks.
        const drainAsked = async () => {
            let isDrained = false;
            const following = (async () => {
                for (; !isDrained; await pause(500)) await followBridge(world, ID, BRIDGE);
            })();
            const answers = await askedMeanwhile(ask, async () => {
                await drain();
                await pause(1_500);
            });
            isDrained = true;
            await following;
            return answers;
        };
        // A pod that is told to end listens no more, and the API server hears of it later: that is so without a bridge too.
        const direct = albWebhook("alb-direct", "default");
        await create(client, direct);
        await eventually("an ingress", works);
        const withoutBridge = await drainAsked();
        await world.objects.remove(refTo(direct as KubernetesObject));
        await create(client, albWebhook("alb-webhook", "addon"));
        await eventually("an ingress", works);
        const { refusals, asked } = await drainAsked();
        console.log(
            `      refused over the bridge ${refusals.length}, without one ${withoutBridge.refusals.length}`,
        );
        assert.ok(refusals.length <= 2 * 10 && refusals.length < asked / 2, refusals.join("\n"));
        assert.equal(await works(), true, "after the drain");
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
        assert.equal(await leadsByItself(world, BRIDGE), false, "no pod of the add-on's yet");
        await create(
            client,
            { ...tls("addon"), data: await issue([NEW]) } as KubeObject,
            workload("new-alb", "aws-load-balancer-controller", { secret: "alb-tls", namespace: "addon" }),
        );
        await eventually("an EndpointSlice with its pod", async () =>
            (await leadsByItself(world, BRIDGE)) ? true : undefined,
        );
        await cutBridge(world, ID, BRIDGE);
        // Connections that the API server has outlive the slices, and what is sent while their pods end is refused.
        await pause(1_000);
        assert.ok((await askedOfOld()) > 0, "over a connection that it had");
        await askAnew(world, ID, {
            objects: [refTo(albWebhook("alb-webhook", "addon") as KubernetesObject)],
        });
        await pause(1_000);
        assert.equal(await askedOfOld(), 0, "asked anew");
        sandbox.nodes.script(
            { image: "aws-load-balancer-controller", namespace: "default" },
            { never: true },
        );
        await askMeanwhile(ask, () => pause(1_000));
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
        const configuration = {
            ...albWebhook("alb-webhook", "addon"),
            kind: "ValidatingWebhookConfiguration",
        };
        const configurations = [refTo(configuration as KubernetesObject)];
        const until = Date.parse(await world.objects.serverTime()) + 6_000;
        await beginBypass(world, configurations, [BRIDGE.to], new Date(until).toISOString());
        await eventually("an ingress that nobody is asked about", works);
        // Nobody takes it away, and its time is over.
        await refused();
        const later = new Date(until + 3_600_000).toISOString();
        await beginBypass(world, configurations, [BRIDGE.to], later);
        await eventually("an ingress that nobody is asked about", works);
        await endBypass(world, configurations);
        await refused();
        await world.objects.remove(deployment("new-alb", "addon"));
    });

    it("models are converted over new connections alone before the pods of before end, and whoever injects the authority does so again", async () => {
        const [OLD_APP, NEW_APP, group] = ["converts-old", "converts-new", "example.com"];
        const conversion = { apiVersion: "v1", kind: "Service", namespace: "default", name: "conversion" };
        const issuer = {
            apiVersion: "cert-manager.io/v1",
            kind: "Issuer",
            metadata: { name: "selfsigned", namespace: "default" },
            spec: { selfSigned: {} },
        };
        const certificate = {
            ...issuer,
            kind: "Certificate",
            metadata: { name: "serving-cert", namespace: "default" },
            spec: {
                secretName: "webhook-server-cert",
                dnsNames: ["conversion.default.svc"],
                issuerRef: { name: "selfsigned", kind: "Issuer" },
            },
        };
        const model = (version: string) =>
            ({
                apiVersion: `${group}/${version}`,
                kind: "Model",
                metadata: { name: "llama", namespace: "default" },
                spec: { size: 3 },
            }) as KubeObject;
        const read = () => client.call({ path: pathOf(model("v1alpha1")) });
        const isDone = (call: () => Promise<unknown>) => () =>
            call().then(
                () => true as const,
                () => undefined,
            );
        const drivers = ["s3.csi.aws.com", "fsx.csi.aws.com"].map((name) => {
            return { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name }, spec: {} };
        });
        await create(client, ...drivers, ...certManagerCrds());
        await eventually(
            "an Issuer",
            isDone(() => create(client, issuer)),
        );
        await create(
            client,
            certificate,
            workload("cm", "cert-manager-controller"),
            workload("ca", "cert-manager-cainjector"),
            service(conversion.name, OLD_APP, 9443),
            convertedCrd(group, conversion, "default/serving-cert"),
        );
        const secret = { secret: certificate.spec.secretName };
        const issued = { ...conversion, kind: "Secret", name: secret.secret };
        await eventually("a Secret", () => world.objects.read(issued));
        for (const app of [OLD_APP, NEW_APP])
            await create(client, workload(app, "hyperpod-inference-operator", secret));
        const whole = onThisMachine(20_000);
        await eventually(
            "a model",
            isDone(() => create(client, model("v1"))),
            whole,
        );
        await eventually("its conversion", isDone(read), whole);
        await eventually(
            "a pod of the add-on's",
            async () => ((await podsOf(client, NEW_APP)).some(isReady) ? true : undefined),
            whole,
        );
        const askedOf = async (app: string) => {
            const [pod] = await podsOf(client, app);
            const count = () => sandbox.nodes.asked().get(pod?.metadata.name ?? "") ?? 0;
            const before = count();
            for (let request = 0; request < 20; request++) await read();
            return count() - before;
        };
        const former = await world.objects.read(CONVERTED);
        assert.ok(former);
        await world.objects.merge(conversion, { spec: { selector: { app: NEW_APP } } });
        await pause(1_000);
        assert.ok((await askedOf(OLD_APP)) > 0, "over a connection that it had");
        const facts: JournalFacts = { pausedSeconds: {}, warnings: [] };
        const journal = { migrationId: ID, facts, note: (more: object) => Object.assign(facts, more) };
        const memory = { value: {}, write: async () => undefined };
        const context = { world, journal, memory } as unknown as StepContext<unknown>;
        await askMeanwhile(read, async () => {
            await forgetConversions(context, [CONVERTED], conversion);
            await pause(2_000);
            assert.equal(await askedOf(OLD_APP), 0, "asked anew, and nobody takes that back");
            await world.objects.remove(deployment(OLD_APP, "default"));
            await readyPods(client, OLD_APP, 0);
            await injectAgain(context, [former]);
            await pause(1_000);
        });
        assert.deepEqual(comparable(await world.objects.read(CONVERTED)), comparable(former));
        for (const app of ["cm", "ca", NEW_APP]) await world.objects.remove(deployment(app, "default"));
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

    it("one write decides who leads: Helm's step down, and the add-on's lead once the Lease has run out, whether anybody comes back or not", async () => {
        const name = "operator.keda.sh";
        const [from, to] = [leaseRef("led", name), leaseRef("waiting", name)];
        for (const namespace of ["led", "waiting"])
            await create(client, { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
        await holdLeases(world, ID, await rememberLeases(world, [to]));
        sandbox.nodes.electLeaders();
        for (const namespace of ["led", "waiting"])
            await create(client, workload("keda-operator", "keda-operator", { namespace }));
        const [waiting] = await readyPods(client, "keda-operator", 1, "waiting");
        const holderOf = async (lease: ObjectRef) => {
            const live = await world.objects.read(lease);
            return (live?.spec as { holderIdentity?: string } | undefined)?.holderIdentity;
        };
        const { violations, acting } = sandbox.nodes.leadership();
        const leads = (namespace: string) =>
            acting.some(({ pod, until }) => pod.startsWith(`${namespace}/`) && until === undefined);
        const leader = (namespace: string) =>
            eventually(`a leader in ${namespace}`, async () => (leads(namespace) ? true : undefined));
        await leader("led");
        await oneWriteDecides(world, ID, { from, to });
        await pause(RENEW_DEADLINE_MS + 2_000);
        assert.ok(leads("led"), "as long as the other Lease is held for good");
        assert.equal(await holderOf(to), `pulumi-hyperpod-inference/${ID}`, "a pod that waits does not act");
        await letRunOut(world, ID, [to]);
        await eventually(
            "Helm's to step down",
            async () => (leads("led") ? undefined : true),
            RENEW_DEADLINE_MS * 2,
        );
        assert.equal(await holderOf(to), `pulumi-hyperpod-inference/${ID}`, "nobody has two leaders");
        // As after its 90 s: whoever takes it over changes it, and the rule goes on.
        await world.objects.merge(to, { spec: { leaseDurationSeconds: 1 } });
        await leader("waiting");
        await pause(RETRY_MS * 2);
        assert.deepEqual(violations, [], "Helm's tried again meanwhile");
        await endRules(world, ID);
        const lists = ["policies", "policybindings"].map((kind) =>
            client.call<{ items: object[] }>({
                path: `/apis/admissionregistration.k8s.io/v1/validatingadmission${kind}`,
            }),
        );
        assert.deepEqual(await Promise.all(lists).then((all) => all.flatMap(({ items }) => items)), []);
        // Both pods still run, which a move never lets come to pass: without the rule the sandbox sees two leaders.
        await eventually("a second leader", async () => violations[0]);
        assert.match((await holderOf(to)) ?? "", new RegExp(`^${waiting?.metadata.name}`));
        assert.match(violations.join(), /two pods of keda-operator act at once/);
        for (const namespace of ["led", "waiting"])
            await world.objects.remove(deployment("keda-operator", namespace));
    });

    const albWebhook = (name: string, namespace: string): KubeObject => {
        const service = { name: NAME, namespace, path: "/validate-networking-v1-ingress" };
        const rule = {
            apiGroups: ["networking.k8s.io"],
            apiVersions: ["v1"],
            operations: ["CREATE"],
            resources: ["ingresses"],
        };
        const webhook = {
            name: "vingress.elbv2.k8s.aws",
            admissionReviewVersions: ["v1"],
            sideEffects: "None",
            failurePolicy: "Fail",
            clientConfig: { caBundle: base64(ca.certificate), service },
            rules: [rule],
        };
        const configuration = {
            apiVersion: "admissionregistration.k8s.io/v1",
            kind: "ValidatingWebhookConfiguration",
            metadata: { name },
            webhooks: [webhook],
        };
        return configuration;
    };
    /** Asks ten times a second; what was refused is told when it ends. */
    const askedMeanwhile = async (request: () => Promise<unknown>, work: () => Promise<void>) => {
        const refusals: string[] = [];
        let asked = 0;
        let isDone = false;
        const asking = (async () => {
            for (; !isDone; asked++) {
                await request().catch((error: Error) => refusals.push(error.message));
                await pause(100);
            }
        })();
        try {
            await work();
        } finally {
            isDone = true;
            await asking;
            console.log(`      ${refusals.length} of ${asked} requests refused`);
        }
        return { refusals, asked };
    };
    /** Of twenty requests, how many the pods of the former generation answer. */
    const askedOfOld = async () => {
        const names = (await podsOf(client, "alb")).map(({ metadata }) => metadata.name);
        const count = () => names.reduce((sum, name) => sum + (sandbox.nodes.asked().get(name) ?? 0), 0);
        const before = count();
        for (let request = 0; request < 20; request++) await ask();
        return count() - before;
    };
    const askMeanwhile = async (
        request: () => Promise<unknown>,
        work: () => Promise<void>,
    ): Promise<void> => {
        const { refusals } = await askedMeanwhile(request, work);
        assert.deepEqual(refusals, []);
    };
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

const CONVERTED: ObjectRef = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    name: "models.example.com",
};

function convertedCrd(group: string, { namespace, name }: ObjectRef, injectedFrom: string): KubeObject {
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    const definition = crd("models", "Model", group, {
        conversion: {
            strategy: "Webhook",
            webhook: {
                conversionReviewVersions: ["v1"],
                clientConfig: { service: { namespace, name, path: "/convert" } },
            },
        },
        versions: [
            { name: "v1", served: true, storage: true, schema },
            { name: "v1alpha1", served: true, storage: false, schema },
        ],
    });
    definition.metadata.annotations = { [INJECT]: injectedFrom };
    return definition;
}

/** Without what the API server counts. */
function comparable(object: KubernetesObject | undefined): unknown {
    const {
        resourceVersion: _,
        generation: __,
        managedFields = [],
        ...metadata
    } = object?.metadata ?? { name: "" };
    const managers = managedFields
        .map(({ time: ___, ...entry }) => entry)
        .sort((one, other) => keyOfEntry(one).localeCompare(keyOfEntry(other)));
    return { ...object, metadata: { ...metadata, managers } };
}

/** The API server sorts by the time of the last write. */
function keyOfEntry({ manager, operation, subresource = "" }: ManagedFieldsEntry): string {
    return `${manager} ${operation} ${subresource}`;
}
