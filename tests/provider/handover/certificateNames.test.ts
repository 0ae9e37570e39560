// A certificate gets other names while requests go on, although every reissue is another authority and pods notice late; and it comes back byte for byte.
import assert from "node:assert/strict";
import { refTo } from "../../../provider/kubernetes/objectRef";
import { buildBridge } from "../../../provider/operations/handover/bridge";
import {
    changeNames,
    formerNames,
    type NamesMemory,
    rememberNames,
    takeNamesBack,
    trustIssued,
} from "../../../provider/operations/handover/certificateNames";
import { waitForNames } from "../../../provider/operations/handover/presentedNames";
import { pointToNew } from "../../../provider/operations/handover/serviceReferences";
import type { KubernetesObject, ObjectRef, World } from "../../../provider/ports/world";
import { OPERATOR_NAMESPACE } from "../memory/operatorContent";
import { MemoryWorld } from "../memoryWorld";
import { processOf, surviveKills } from "./killed";

const ID = "0123456789abcdef";
const conversion = (prefix: string): ObjectRef => ({
    apiVersion: "v1",
    kind: "Service",
    namespace: OPERATOR_NAMESPACE,
    name: `${prefix}-conversion-webhook`,
});
const BRIDGE = { from: conversion("hyperpod-inference-operator"), to: conversion("hyperpod-inference") };
const host = ({ namespace, name }: ObjectRef) => `${name}.${namespace}.svc`;
const BOTH = [host(BRIDGE.from), host(BRIDGE.to)];
const TIMEOUT_MS = 60_000;

const crdsIn = async (ports: World) =>
    (await ports.objects.list("apiextensions.k8s.io/v1", "CustomResourceDefinition")) as KubernetesObject[];
async function remember(ports: World): Promise<NamesMemory> {
    const memory = await rememberNames(ports, await crdsIn(ports));
    assert.ok(memory);
    return memory;
}
const pods = (ports: World, memory: NamesMemory, names: readonly string[]) =>
    waitForNames(ports, {
        migrationId: ID,
        namespace: OPERATOR_NAMESPACE,
        service: BRIDGE.from,
        names,
        timeoutMs: TIMEOUT_MS,
        meanwhile: () => trustIssued(ports, memory),
    });
async function change(ports: World, memory: NamesMemory, names: readonly string[]): Promise<void> {
    await changeNames(ports, memory, names, TIMEOUT_MS);
    await pods(ports, memory, names);
}
const back = (ports: World, memory: NamesMemory) =>
    takeNamesBack(ports, memory, TIMEOUT_MS, () => pods(ports, memory, formerNames(memory)));

describe("the names of a certificate", () => {
    it("change from the old to both to the new, with the references in between: nothing is refused", async () => {
        const world = new MemoryWorld({}, { secretDelayMs: 20_000, reloadMs: 10_000 });
        const { ports } = await processOf(world);
        const memory = await remember(ports);
        await buildBridge(ports, ID, BRIDGE);
        const requests = world.watchRequests();
        await change(ports, memory, BOTH);
        await pointToNew(ports, memory.crds.map(refTo), [BRIDGE]);
        await change(ports, memory, [host(BRIDGE.to)]);
        world.settle();
        assert.deepEqual([...requests.refused], []);
    });

    it("are trusted once the change is through, also when nobody looks any more", async () => {
        const world = new MemoryWorld({}, { secretDelayMs: 20_000, reloadMs: 10_000 });
        const { ports, mover } = await processOf(world);
        const memory = await remember(ports);
        const requests = world.watchRequests();
        await changeNames(ports, memory, BOTH, TIMEOUT_MS);
        mover.kill();
        world.settle(120_000);
        assert.deepEqual([...requests.refused], []);
    });

    it("come back byte for byte, and nothing is refused on the way", async () => {
        const world = new MemoryWorld({}, { secretDelayMs: 20_000, reloadMs: 10_000 });
        const { ports } = await processOf(world);
        const memory = await remember(ports);
        const before = memory.secret.data;
        const requests = world.watchRequests();
        await change(ports, memory, BOTH);
        await back(ports, memory);
        world.settle();
        assert.deepEqual(world.store.raw(refTo(memory.secret))?.data, before);
        assert.deepEqual([...requests.refused], []);
    });

    it("changed without care are refused: the world tells", async () => {
        const world = new MemoryWorld({}, { secretDelayMs: 20_000, reloadMs: 10_000 });
        const { ports } = await processOf(world);
        const { certificate } = await remember(ports);
        const requests = world.watchRequests();
        await ports.objects.merge(refTo(certificate), { spec: { dnsNames: BOTH } });
        world.settle(60_000);
        const { milliseconds = 0, reasons } = requests.refused.get("models through the old version") ?? {};
        assert.ok(milliseconds > 29_000, `${milliseconds} ms`);
        assert.deepEqual([...(reasons ?? [])].length, 1);
    });

    it("that are never issued are an error, and what pods present stays trusted", async () => {
        const world = new MemoryWorld();
        const by = { manager: "test", operation: "Update" } as const;
        const issuer = { apiVersion: "apps/v1", kind: "Deployment", namespace: "cert-manager" };
        world.store.merge({ ...issuer, name: "cert-manager" }, { spec: { replicas: 0 } }, by);
        world.settle();
        const { ports } = await processOf(world);
        const requests = world.watchRequests();
        await assert.rejects(
            changeNames(ports, await remember(ports), BOTH, 5_000),
            /cert-manager did not issue .*serving-cert for .* within 5 s/,
        );
        assert.deepEqual([...requests.refused], []);
    });

    it("are not remembered where CRDs take their authority from elsewhere", async () => {
        const { ports } = await processOf(new MemoryWorld());
        const crds = await crdsIn(ports);
        const others = crds.map((crd, index) => ({
            ...crd,
            metadata: { ...crd.metadata, annotations: { "cert-manager.io/inject-ca-from": `a/${index}` } },
        }));
        assert.equal(await rememberNames(ports, others), undefined);
        assert.equal(await rememberNames(ports, []), undefined);
    });

    it("survive a kill at any write, and come back", async () => {
        const world = new MemoryWorld({}, { secretDelayMs: 3_000 });
        const memory = await remember((await processOf(world)).ports);
        // Each issue is another authority.
        const isIssued = ({ path, key }: { path: string; key: string }) =>
            /caBundle/.test(path) || /webhook-server-cert/.test(key);
        const part = {
            apply: (ports: World) => change(ports, memory, BOTH),
            undo: (ports: World) => back(ports, memory),
        };
        const kills = await surviveKills(world, world.snapshot(), part, "start", isIssued);
        assert.ok(kills >= 20, `${kills} kills`);
    });
});
