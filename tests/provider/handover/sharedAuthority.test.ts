// Both generations of KEDA stand on one authority: the new one's pods get Ready and answer while the old one leads, nothing that trusts it changes, and each part of it goes back byte for byte.
import assert from "node:assert/strict";
import { refTo } from "../../../provider/kubernetes/restore";
import { certificateIn } from "../../../provider/kubernetes/tlsSecrets";
import { buildBridge } from "../../../provider/operations/handover/bridge";
import { waitForNames } from "../../../provider/operations/handover/presentedNames";
import { pointToNew, referencesToOld } from "../../../provider/operations/handover/references";
import {
    leaveShared,
    namesOfBoth,
    rememberShared,
    type SharedMemory,
    shareAuthority,
    stopSharing,
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
    const memory = await rememberShared(ports, SERVING, WAITING);
    assert.ok(!("why" in memory), JSON.stringify(memory));
    return memory;
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
const back = (ports: World, memory: SharedMemory) =>
    stopSharing(ports, ID, memory, () => pods(ports, former(ports, memory)));
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

    it("leaves a second Secret that was there as it was", async () => {
        const world = new MemoryWorld({}, LATE);
        world.store.create(
            {
                apiVersion: "v1",
                kind: "Secret",
                metadata: { name: WAITING.name, namespace: OPERATOR_NAMESPACE },
                data: { note: encode("theirs") },
            },
            BY,
        );
        const { ports } = await processOf(world);
        const memory = await remember(ports);
        const start = world.capture();
        await share(ports, memory);
        assert.deepEqual(data(world, WAITING), data(world, SERVING));
        await back(ports, memory);
        assert.deepEqual(world.capture(), start);
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
        assert.deepEqual(managers, []);
        await back(ports, memory);
        assert.ok(world.store.raw(WAITING), "what is not ours any more stays");
    });

    it("needs the authority's key, and says so", async () => {
        const world = new MemoryWorld({}, { elections: false });
        const { ports } = await processOf(world);
        const deployment = { apiVersion: "apps/v1", kind: "Deployment", namespace: RELEASE.namespace };
        world.store.merge({ ...deployment, name: "keda-operator" }, { spec: { replicas: 0 } }, BY);
        world.settle();
        world.store.merge(SERVING, { data: { "ca.key": null } }, BY);
        assert.deepEqual(await rememberShared(ports, SERVING, WAITING), {
            why: "v1/Secret kube-system/kedaorg-certs does not hold its authority with its key",
        });
        assert.deepEqual(await rememberShared(ports, WAITING, SERVING), {
            why: "v1/Secret hyperpod-inference-system/kedaorg-certs is not there",
        });
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
