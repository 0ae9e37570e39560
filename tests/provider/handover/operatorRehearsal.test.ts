// The operator's whole way with all parts together, in the order that was measured: 60 s until new pods are Ready, 20 s until pods see Secrets, a drain in the middle, a kill at every write. Nobody's model is refused for a moment.
import assert from "node:assert/strict";
import { refTo } from "../../../provider/kubernetes/objectRef";
import { createOrContinue } from "../../../provider/operations/addon/create";
import { buildBridge, followBridge, removeBridges } from "../../../provider/operations/handover/bridge";
import {
    changeNames,
    type NamesMemory,
    rememberNames,
    trustIssued,
} from "../../../provider/operations/handover/certificateNames";
import { handOverComponent } from "../../../provider/operations/handover/handOverComponent";
import { KeptBridges } from "../../../provider/operations/handover/keptBridges";
import { waitForNames } from "../../../provider/operations/handover/presentedNames";
import { pointToNew } from "../../../provider/operations/handover/serviceReferences";
import type { KubernetesObject, ObjectRef, World } from "../../../provider/ports/world";
import { ADDON, RELEASE } from "../memory/content";
import { OPERATOR_NAMESPACE } from "../memory/operatorContent";
import { isReady } from "../memory/pods";
import { MemoryWorld } from "../memoryWorld";
import { processOf, runKilled } from "./killed";

const ID = "0123456789abcdef";
const BY = { manager: "test", operation: "Update" } as const;
const OLD_MANAGER = "hyperpod-inference-operator-controller-manager";
const NEW_MANAGER = "hyperpod-inference-controller-manager";
const MODELS = "models through the old version";
const inSystem = (apiVersion: string, kind: string, name: string): ObjectRef => ({
    apiVersion,
    kind,
    namespace: OPERATOR_NAMESPACE,
    name,
});
const conversion = (prefix: string) => inSystem("v1", "Service", `${prefix}-conversion-webhook`);
const BRIDGE = { from: conversion("hyperpod-inference-operator"), to: conversion("hyperpod-inference") };
const host = ({ namespace, name }: ObjectRef) => `${name}.${namespace}.svc`;
const TIMEOUT_MS = 300_000;

/** The other components go as they go today; they are not what is rehearsed. */
function worldOfOperator(): MemoryWorld {
    const startUpMs = { [`${OPERATOR_NAMESPACE}/${NEW_MANAGER}`]: 60_000 };
    const world = new MemoryWorld({}, { elections: true, secretDelayMs: 20_000, startUpMs });
    for (const name of [
        `${RELEASE.name}-alb`,
        "keda-operator",
        "keda-operator-metrics-apiserver",
        "keda-admission-webhooks",
    ]) {
        const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: RELEASE.namespace, name };
        world.store.merge(ref, { spec: { replicas: 0 } }, BY);
    }
    world.settle();
    return world;
}

async function remember(ports: World): Promise<NamesMemory> {
    const crds = await ports.objects.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    const memory = await rememberNames(ports, crds as KubernetesObject[]);
    assert.ok(memory);
    return memory;
}

/** What a step of the move will do, in its order; each part is safe to do again. */
async function handOver(ports: World, memory: NamesMemory): Promise<void> {
    const existing = await ports.addons.describe(ADDON);
    if (existing === undefined) {
        await buildBridge(ports, ID, BRIDGE);
        await present(ports, memory, [host(BRIDGE.from), host(BRIDGE.to)]);
        await pointToNew(ports, memory.crds.map(refTo), [BRIDGE]);
        await present(ports, memory, [host(BRIDGE.to)]);
    }
    const journal = {
        step: "install",
        token: ID,
        removeMs: 1,
        memory: { value: { attempt: 0 }, amend: async () => undefined },
    };
    const wanted = { name: ADDON, version: "v1.4.0-eksbuild.1", configurationValues: "{}" };
    await createOrContinue(ports, wanted, journal, existing);
    await handOverComponent(ports, ID, {
        old: [inSystem("apps/v1", "Deployment", OLD_MANAGER)],
        next: [inSystem("apps/v1", "Deployment", NEW_MANAGER)],
        bridges: [BRIDGE],
        isAsked: async () => true,
        letConnectionsGo: async () => undefined,
        lease: inSystem("coordination.k8s.io/v1", "Lease", "e7d9c1a4.sagemaker.amazonaws.com"),
        leases: [],
        timeoutMs: TIMEOUT_MS,
        others: new KeptBridges(ports, []),
    });
    await removeBridges(ports, ID, [BRIDGE]);
}

async function present(ports: World, memory: NamesMemory, names: readonly string[]): Promise<void> {
    await changeNames(ports, memory, names, TIMEOUT_MS);
    await waitForNames(ports, {
        migrationId: ID,
        namespace: OPERATOR_NAMESPACE,
        service: BRIDGE.from,
        names,
        timeoutMs: TIMEOUT_MS,
        meanwhile: () => Promise.all([trustIssued(ports, memory), followBridge(ports, ID, BRIDGE)]),
    });
}

/** One of two that are Ready. */
function evictOne(world: MemoryWorld): string {
    const [one, other] = world.store
        .all("Pod", OPERATOR_NAMESPACE)
        .filter((pod) => pod.metadata.labels?.app === OLD_MANAGER && isReady(pod));
    assert.ok(one && other);
    world.store.remove({ ...one, ...one.metadata });
    return one.metadata.name;
}

function assertHandedOver(world: MemoryWorld, told: string): void {
    const ready = (app: string) =>
        world.store
            .all("Pod", OPERATOR_NAMESPACE)
            .filter((pod) => pod.metadata.labels?.app === app && isReady(pod)).length;
    assert.deepEqual([ready(OLD_MANAGER), ready(NEW_MANAGER)], [0, 1], told);
    const acting = world.data.acts.filter(
        ({ image, until }) => image === "hyperpod-inference-operator" && until === undefined,
    );
    assert.deepEqual(acting.length, 1, told);
    assert.match(acting[0]?.pod ?? "", new RegExp(NEW_MANAGER), told);
    assert.deepEqual(world.data.violations, [], told);
    assert.deepEqual(world.store.all("EndpointSlice"), [], told);
}

describe("the operator's way to the add-on, all parts together", () => {
    it("refuses no request for a model, where today's order refuses them for a minute", async () => {
        const world = worldOfOperator();
        const { ports } = await processOf(world);
        const memory = await remember(ports);
        const requests = world.watchRequests();
        const begun = world.data.now;
        await handOver(ports, memory);
        world.settle(60_000);
        assert.equal(requests.refused.get(MODELS), undefined, JSON.stringify(requests.seconds()));
        assertHandedOver(world, "at the end");
        assert.ok(world.data.now - begun > 160_000, "pods took their time");
    });

    it("with an old pod evicted while the bridge stands: refused only until the bridge has followed", async () => {
        const world = worldOfOperator();
        const { ports, mover } = await processOf(world);
        const memory = await remember(ports);
        const requests = world.watchRequests();
        let drained: string | undefined;
        let reissues = 0;
        mover.onWrite = () => {
            if (!(mover.writes.at(-1) ?? "").startsWith("merge Certificate ")) return;
            reissues += 1;
            const ref = inSystem("apps/v1", "Deployment", OLD_MANAGER);
            if (reissues === 1) world.store.merge(ref, { spec: { replicas: 2 } }, BY);
            // The references point at the bridge by now.
            if (reissues === 2) drained = evictOne(world);
        };
        await handOver(ports, memory);
        world.settle(60_000);
        assert.ok(drained, "a pod was evicted");
        // The bridge names the pod until it is looked at again, which is several times a second.
        const { looks = 0, milliseconds = 0 } = requests.refused.get(MODELS) ?? {};
        assert.ok(looks > 0 && milliseconds <= 1_000, `${looks} looks, ${milliseconds} ms`);
        assertHandedOver(world, "at the end");
    });

    it("whose endpoint controller is late: the bridge stays until the new Service has a pod of its own", async () => {
        const world = worldOfOperator();
        const { ports, mover } = await processOf(world);
        const memory = await remember(ports);
        const available = () => world.store.raw(inSystem("apps/v1", "Deployment", NEW_MANAGER))?.status;
        const isAvailable = () =>
            ((available() ?? {}) as { availableReplicas?: number }).availableReplicas === 1;
        let since = 0;
        const { objects } = ports;
        const list = objects.list.bind(objects);
        const late: World["objects"]["list"] = async (...query) => {
            const found = await list(...query);
            if (isAvailable() && since === 0) since = world.data.now;
            const isLate = since === 0 || world.data.now < since + 20_000;
            return found.map((one) =>
                isLate && one.metadata.name.startsWith(`${BRIDGE.to.name}-uid`)
                    ? { ...one, endpoints: null }
                    : one,
            );
        };
        let cut = 0;
        mover.onWrite = () => {
            if (since > 0 && cut === 0 && /^remove EndpointSlice /.test(mover.writes.at(-1) ?? ""))
                cut = world.data.now;
        };
        Object.assign(objects, { list: late });
        await handOver(ports, memory);
        assert.ok(since > 0 && cut >= since + 20_000, `available at ${since}, cut at ${cut}`);
    });

    /** Kills at every write; answers after which ones a request was refused until somebody came. */
    async function refusedAfterKills(awayMs: number): Promise<readonly string[]> {
        const world = worldOfOperator();
        const memory = await remember((await processOf(world)).ports);
        const start = world.snapshot();
        const refused: string[] = [];
        for (let write = 1; ; write++)
            for (const moment of ["before", "after"] as const) {
                world.restore(start);
                const requests = world.watchRequests();
                const injection = { write, moment, kind: "crash" } as const;
                const { ports, mover } = await processOf(world, injection);
                const isKilled = await Promise.race([
                    handOver(ports, memory).then(() => false),
                    mover.died.then(() => true),
                ]);
                if (!isKilled) {
                    assert.ok(write > 25, `${write} writes`);
                    return refused;
                }
                world.settle(awayMs);
                assert.equal(await runKilled(world, (again) => handOver(again, memory)), false);
                world.settle(60_000);
                assertHandedOver(world, `killed ${moment} write ${write}`);
                if (requests.refused.has(MODELS)) refused.push(`${moment} ${mover.writes.at(-1)}`);
            }
    }

    it("killed at any write and begun again in time: the same end, and nothing refused", async () => {
        assert.deepEqual(await refusedAfterKills(10_000), []);
    }).timeout(120_000);

    it("killed while nobody comes for a minute: refused only where the new authority was not trusted yet", async () => {
        const refused = await refusedAfterKills(60_000);
        const isBetween = /Certificate .*serving-cert|CustomResourceDefinition/;
        assert.deepEqual(
            refused.filter((write) => !isBetween.test(write)),
            [],
        );
        assert.equal(refused.length, 8, refused.join());
    }).timeout(120_000);
});
