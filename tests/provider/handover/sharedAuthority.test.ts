// Both generations of KEDA stand on one authority: the new one's pods get Ready and answer while the old one leads, nothing that trusts it changes, and each part of it goes back byte for byte.
import assert from "node:assert/strict";
import { refTo } from "../../../provider/kubernetes/objectRef";
import { certificateIn } from "../../../provider/kubernetes/tlsSecrets";
import { buildBridge } from "../../../provider/operations/handover/bridge";
import { waitForNames } from "../../../provider/operations/handover/presentedNames";
import { pointToNew, referencesToOld } from "../../../provider/operations/handover/serviceReferences";
import {
    assertSameAuthority,
    leaveShared,
    namesOfBoth,
    removeWaiting,
    type SharedMemory,
    shareAuthority,
    takeServingBack,
} from "../../../provider/operations/handover/sharedAuthority";
import type { ObjectRef, World } from "../../../provider/ports/world";
import { RELEASE } from "../memory/content";
import { OPERATOR_NAMESPACE } from "../memory/operatorContent";
import { encode, keyOfAuthority } from "../memory/serving";
import { MemoryWorld } from "../memoryWorld";
import { processOf, surviveKills } from "./killed";

const ID = "0123456789abcdef";
const BY = { manager: "test", operation: "Update" } as const;
const LATE = { secretDelayMs: 20_000, reloadMs: 10_000, elections: true };
const SERVICES = ["keda-operator", "keda-operator-metrics-apiserver", "keda-admission-webhooks"];
const inNamespace = (kind: string, namespace: string, name: string): ObjectRef => ({
    apiVersion: "v1",
    kind,
    namespace,
    name,
});
const BRIDGES = SERVICES.map((name) => ({
    from: inNamespace("Service", RELEASE.namespace, name),
    to: inNamespace("Service", OPERATOR_NAMESPACE, name),
}));
const [, ADAPTER, ADMISSION] = BRIDGES;
const SERVING = inNamespace("Secret", RELEASE.namespace, "kedaorg-certs");
const WAITING = inNamespace("Secret", OPERATOR_NAMESPACE, "kedaorg-certs");

async function remember(ports: World): Promise<SharedMemory> {
    const serving = await ports.objects.read(SERVING);
    assert.ok(serving);
    return { serving, waiting: WAITING };
}
const former = (ports: World, { serving }: SharedMemory) => certificateIn(ports, serving)?.dnsNames ?? [];
const pods = (ports: World, names: readonly string[]) =>
    waitForNames(ports, {
        migrationId: ID,
        namespace: RELEASE.namespace,
        service: ADAPTER?.from as ObjectRef,
        names,
        timeoutMs: 60_000,
        meanwhile: async () => undefined,
    });
async function share(ports: World, memory: SharedMemory): Promise<void> {
    const names = namesOfBoth(former(ports, memory), BRIDGES);
    await shareAuthority(ports, ID, memory, names);
    await pods(ports, names);
}
async function back(ports: World, memory: SharedMemory): Promise<void> {
    await takeServingBack(ports, memory);
    await removeWaiting(ports, ID);
    await pods(ports, former(ports, memory));
}
const data = (world: MemoryWorld, ref: ObjectRef) => world.store.raw(ref)?.data as Record<string, string>;

describe("one authority for both generations", () => {
    it("answers under both names while pods notice late, and the controller's own rotator takes it", async () => {
        const world = new MemoryWorld({}, LATE);
        const { ports } = await processOf(world);
        const memory = await remember(ports);
        const bridges = [ADAPTER, ADMISSION].filter((one) => one !== undefined);
        const referring = await referencesToOld(ports, [], bridges);
        for (const bridge of bridges) await buildBridge(ports, ID, bridge);
        const requests = world.watchRequests();
        await share(ports, memory);
        await pointToNew(ports, referring.map(refTo), bridges);
        world.settle(60_000);
        assert.deepEqual([...requests.refused], []);
        assert.deepEqual(data(world, WAITING), data(world, SERVING));
        assert.equal(
            data(world, WAITING)["ca.crt"],
            (memory.serving.data as Record<string, string>)["ca.crt"],
        );
        assert.equal(
            data(world, WAITING)["ca.key"],
            (memory.serving.data as Record<string, string>)["ca.key"],
        );
    });

    it("comes back byte for byte, and the second Secret goes", async () => {
        const world = new MemoryWorld({}, LATE);
        const { ports } = await processOf(world);
        const memory = await remember(ports);
        const start = world.capture();
        const requests = world.watchRequests();
        await share(ports, memory);
        await back(ports, memory);
        world.settle();
        assert.deepEqual(world.capture(), start);
        assert.deepEqual([...requests.refused], []);
    });

    it("goes back only where the authority is still the same: another one nobody would trust", async () => {
        const world = new MemoryWorld({}, LATE);
        const { ports } = await processOf(world);
        const memory = await remember(ports);
        await share(ports, memory);
        await assertSameAuthority(ports, memory);
        world.store.merge(WAITING, { data: { "ca.crt": encode("another") } }, BY);
        await assert.rejects(assertSameAuthority(ports, memory), /kedaorg-certs holds another authority/);
    });

    it("is the new generation's own in the end: no mark, no field of ours", async () => {
        const world = new MemoryWorld({}, LATE);
        const { ports } = await processOf(world);
        const memory = await remember(ports);
        await share(ports, memory);
        await leaveShared(ports, ID, memory);
        const left = world.store.raw(WAITING);
        assert.deepEqual(left?.metadata.labels ?? {}, {});
        const managers = (left?.metadata.managedFields ?? []).map(({ manager }) => manager);
        assert.deepEqual(managers, ["keda"], "as the one it was made after");
        await back(ports, memory);
        assert.ok(world.store.raw(WAITING), "what is not ours any more stays");
    });

    it("without the key is replaced by the rotator: the world tells", () => {
        const world = new MemoryWorld({}, { elections: true });
        const before = data(world, SERVING)["ca.crt"];
        world.store.merge(SERVING, { data: { "ca.key": encode(keyOfAuthority("another")) } }, BY);
        world.settle();
        assert.notEqual(data(world, SERVING)["ca.crt"], before);
    });

    it("names both, in every form in which a name occurs", () => {
        const [bridge] = BRIDGES;
        assert.ok(bridge);
        const names = [
            "keda-operator",
            "keda-operator.kube-system.svc",
            "keda-operator.elsewhere.svc",
            "a.b",
        ];
        const renamed = { ...bridge, to: { ...bridge.to, name: "scaler", namespace: "addon" } };
        assert.deepEqual(namesOfBoth(names, [renamed]), [...names, "scaler", "scaler.addon.svc"]);
        assert.deepEqual(namesOfBoth(names, []), names);
    });

    it("survives a kill at any write, and comes back", async () => {
        const world = new MemoryWorld({}, { secretDelayMs: 3_000, elections: true });
        const memory = await remember((await processOf(world)).ports);
        const isIssued = ({ key }: { path: string; key: string }) => /kedaorg-certs/.test(key);
        const part = {
            apply: (ports: World) => share(ports, memory),
            undo: (ports: World) => back(ports, memory),
        };
        const kills = await surviveKills(world, world.snapshot(), part, "start", isIssued);
        assert.ok(kills >= 12, `${kills} kills`);
    });
});
