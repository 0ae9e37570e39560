// The load balancer controller's webhook is asked under both names while its certificate changes hands, and gets its former one back byte for byte; whoever keeps a Secret keeps it.
import assert from "node:assert/strict";
import { refTo } from "../../../provider/kubernetes/objectRef";
import { buildBridge, followBridge } from "../../../provider/operations/handover/bridge";
import { bundlesOf, endTrust } from "../../../provider/operations/handover/caBundles";
import {
    type AuthorityMemory,
    forgetConnections,
    leaveToAddon,
    presentOwn,
    rememberAuthority,
    takeOwnBack,
    trustOwn,
} from "../../../provider/operations/handover/ownAuthority";
import { waitForNames } from "../../../provider/operations/handover/presentedNames";
import { pointToNew, referencesToOld } from "../../../provider/operations/handover/serviceReferences";
import type { KubernetesObject, ObjectRef, World } from "../../../provider/ports/world";
import { RELEASE } from "../memory/content";
import { OPERATOR_NAMESPACE } from "../memory/operatorContent";
import { encode } from "../memory/serving";
import { MemoryWorld } from "../memoryWorld";
import { processOf, surviveKills } from "./killed";

const ID = "0123456789abcdef";
const BY = { manager: "eks", operation: "Apply" } as const;
const inNamespace = (kind: string, namespace: string, name: string): ObjectRef => ({
    apiVersion: "v1",
    kind,
    namespace,
    name,
});
const webhook = (namespace: string) => inNamespace("Service", namespace, "alb-webhook-service");
const BRIDGE = { from: webhook(RELEASE.namespace), to: webhook(OPERATOR_NAMESPACE) };
const SECRET = inNamespace("Secret", RELEASE.namespace, "alb-tls");
const host = ({ namespace, name }: ObjectRef) => `${name}.${namespace}.svc`;
const BOTH = [host(BRIDGE.from), host(BRIDGE.to)];
const LATE = { secretDelayMs: 20_000, reloadMs: 10_000 };

async function remember(ports: World): Promise<AuthorityMemory> {
    const configurations = await referencesToOld(ports, [], [BRIDGE]);
    const memory = await rememberAuthority(ports, SECRET, configurations, [BRIDGE.from, BRIDGE.to]);
    assert.ok(!("why" in memory), JSON.stringify(memory));
    return memory;
}

const pods = (ports: World, names: readonly string[]) =>
    waitForNames(ports, {
        migrationId: ID,
        namespace: RELEASE.namespace,
        service: BRIDGE.from,
        names,
        timeoutMs: 60_000,
        meanwhile: async () => undefined,
    });
async function present(ports: World, memory: AuthorityMemory): Promise<void> {
    await presentOwn(ports, ID, memory, BOTH);
    await pods(ports, BOTH);
}
const back = (ports: World, memory: AuthorityMemory) =>
    takeOwnBack(ports, ID, memory, () => pods(ports, [host(BRIDGE.from)]));
const configurations = (world: MemoryWorld) =>
    [
        ...world.store.all("MutatingWebhookConfiguration"),
        ...world.store.all("ValidatingWebhookConfiguration"),
    ] as unknown as (KubernetesObject & {
        webhooks: { clientConfig: { caBundle?: string; service: ObjectRef } }[];
    })[];
const bundles = (world: MemoryWorld) =>
    configurations(world)
        .filter(({ metadata }) => metadata.name === "alb-webhook")
        .flatMap(({ webhooks }) => webhooks.map(({ clientConfig }) => clientConfig.caBundle));

const ADDONS = encode("the add-on's");
/** What CreateAddon with OVERWRITE does to the configurations. */
function applyAddons(world: MemoryWorld, service: ObjectRef): void {
    for (const { apiVersion, kind, metadata, webhooks } of configurations(world))
        if (metadata.name === "alb-webhook") {
            const clientConfig = { service, caBundle: ADDONS };
            const next = webhooks.map((one) => ({ ...one, clientConfig }));
            world.store.merge({ apiVersion, kind, name: metadata.name }, { webhooks: next }, BY);
        }
}

describe("an authority for the time of a move", () => {
    it("serves the webhook under both names while pods notice late: nothing is refused", async () => {
        const world = new MemoryWorld({}, LATE);
        const { ports } = await processOf(world);
        const memory = await remember(ports);
        await buildBridge(ports, ID, BRIDGE);
        const requests = world.watchRequests();
        await present(ports, memory);
        await pointToNew(ports, memory.configurations.map(refTo), [BRIDGE]);
        world.settle();
        assert.deepEqual([...requests.refused], []);
    });

    it("comes back byte for byte, and nothing is refused on the way", async () => {
        const world = new MemoryWorld({}, LATE);
        const { ports } = await processOf(world);
        const memory = await remember(ports);
        const start = world.capture();
        const requests = world.watchRequests();
        await present(ports, memory);
        await back(ports, memory);
        world.settle();
        assert.deepEqual(world.capture(), start);
        assert.deepEqual([...requests.refused], []);
    });

    it("is trusted again after EKS put the add-on's in its place, and then leaves exactly that", async () => {
        const world = new MemoryWorld({}, LATE);
        const { ports } = await processOf(world);
        const memory = await remember(ports);
        await buildBridge(ports, ID, BRIDGE);
        await present(ports, memory);
        applyAddons(world, BRIDGE.to);
        const applied = await Promise.all(
            memory.configurations.map(async (one) => ports.objects.read(refTo(one))),
        );
        await trustOwn(ports, ID, memory);
        await followBridge(ports, ID, BRIDGE);
        const requests = world.watchRequests();
        world.settle();
        // The API server has new connections for entries that it has not seen like this.
        const entries = new Set([bundles(world).join()]);
        for (let run = 1; run <= 2; run++) {
            await forgetConnections(ports, ID, memory);
            entries.add(bundles(world).join());
            world.settle(5_000);
        }
        assert.equal(entries.size, 3, "also in a run after one that was cut off");
        assert.deepEqual([...requests.refused], []);
        assert.ok(!bundles(world).includes(ADDONS), "ours besides the add-on's");
        await leaveToAddon(ports, ID, memory, applied as KubernetesObject[]);
        const left = await Promise.all(memory.configurations.map((one) => ports.objects.read(refTo(one))));
        const content = (objects: readonly (KubernetesObject | undefined)[]) =>
            objects.map((one) => [one?.webhooks, one?.metadata.managedFields]);
        assert.deepEqual(content(left), content(applied));
    });

    it("gives way to the former one also where the add-on's stands in its place: nothing is refused", async () => {
        const world = new MemoryWorld({}, LATE);
        const { ports } = await processOf(world);
        const memory = await remember(ports);
        await present(ports, memory);
        applyAddons(world, BRIDGE.from);
        await trustOwn(ports, ID, memory);
        const requests = world.watchRequests();
        await back(ports, memory);
        world.settle(60_000);
        assert.deepEqual([...requests.refused], []);
        const former = memory.configurations.flatMap(bundlesOf);
        assert.deepEqual([...new Set(bundles(world))], [...new Set(former)]);
    });

    it("changed without trust first is refused: the world tells", async () => {
        const world = new MemoryWorld({}, LATE);
        const { ports } = await processOf(world);
        const memory = await remember(ports);
        const requests = world.watchRequests();
        await presentOwn(ports, ID, memory, BOTH);
        await endTrust(ports, ID, { objects: memory.configurations.map(refTo) });
        world.settle(60_000);
        const { milliseconds = 0, reasons } = requests.refused.get("ingress creation") ?? {};
        assert.ok(milliseconds > 29_000, `${milliseconds} ms`);
        assert.match([...(reasons ?? [])].join(), /unknown authority/);
    });

    it("is not used where somebody else keeps the Secret, or changed it meanwhile", async () => {
        const world = new MemoryWorld();
        const { ports } = await processOf(world);
        const memory = await remember(ports);
        const remembered = (ref: ObjectRef) => rememberAuthority(ports, ref, [], []);
        world.store.merge(SECRET, { data: { "tls.crt": encode({ ca: "theirs", dnsNames: BOTH }) } }, BY);
        await assert.rejects(
            presentOwn(ports, ID, memory, BOTH),
            /somebody changed the certificate in Secret kube-system\/alb-tls during the move/,
        );
        await assert.rejects(back(ports, memory), /somebody changed/);
        const annotations = { "cert-manager.io/certificate-name": "alb-serving" };
        world.store.merge(SECRET, { metadata: { annotations } }, BY);
        const why = "cert-manager keeps Secret kube-system/alb-tls for its Certificate alb-serving";
        assert.deepEqual(await remembered(SECRET), { why });
        world.store.merge(SECRET, { metadata: { annotations: null }, immutable: true }, BY);
        assert.deepEqual(await remembered(SECRET), { why: "Secret kube-system/alb-tls is immutable" });
        const metadata = { name: "empty", namespace: "default" };
        world.store.create({ apiVersion: "v1", kind: "Secret", metadata }, BY);
        assert.deepEqual(await remembered(inNamespace("Secret", "default", "empty")), {
            why: "Secret default/empty holds no certificate",
        });
        assert.deepEqual(await remembered(inNamespace("Secret", "default", "none")), {
            why: "v1/Secret default/none is not there",
        });
    });

    it("survives a kill at any write, and comes back", async () => {
        const world = new MemoryWorld({}, { secretDelayMs: 3_000 });
        const memory = await remember((await processOf(world)).ports);
        // Each attempt has an authority of its own.
        const isIssued = ({ path, key }: { path: string; key: string }) =>
            /caBundle/.test(path) || /alb-tls/.test(key);
        const part = {
            apply: (ports: World) => present(ports, memory),
            undo: (ports: World) => back(ports, memory),
        };
        const kills = await surviveKills(world, world.snapshot(), part, "start", isIssued);
        assert.ok(kills >= 16, `${kills} kills`);
    });
});
