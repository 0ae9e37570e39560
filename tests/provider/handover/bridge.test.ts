// A Service of the add-on's name leads to Helm's pods before the add-on is there: also after a drain, also killed half-way; and the add-on's own Service takes its place.
import assert from "node:assert/strict";
import {
    buildBridge,
    cutBridge,
    followBridge,
    removeBridges,
} from "../../../provider/operations/handover/bridge";
import type { ObjectRef, World } from "../../../provider/ports/world";
import { RELEASE } from "../memory/content";
import { assertSame } from "../memory/expectations";
import { OPERATOR_NAMESPACE, service } from "../memory/operatorContent";
import { isReady } from "../memory/pods";
import { encode, problemOf, tlsData } from "../memory/serving";
import { MemoryWorld } from "../memoryWorld";
import { processOf, surviveKills } from "./killed";

const BY = { manager: "test", operation: "Update" } as const;
const ID = "0123456789abcdef";
const NAME = "alb-webhook-service";
const ref = (namespace: string): ObjectRef => ({ apiVersion: "v1", kind: "Service", namespace, name: NAME });
const BRIDGE = { from: ref(RELEASE.namespace), to: ref(OPERATOR_NAMESPACE) };
const SLICE = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    namespace: OPERATOR_NAMESPACE,
    name: `${NAME}-bridge-0`,
};

/** With a certificate that names both Services, as the steps before the bridge see to it. */
function worldWithBothNames(): MemoryWorld {
    const world = new MemoryWorld();
    const hosts = [RELEASE.namespace, OPERATOR_NAMESPACE].map((namespace) => `${NAME}.${namespace}.svc`);
    const secret = { apiVersion: "v1", kind: "Secret", namespace: RELEASE.namespace, name: "alb-tls" };
    world.store.merge(secret, { data: tlsData("alb", hosts) }, BY);
    world.settle();
    return world;
}
const problem = (world: MemoryWorld) =>
    problemOf(world.store, { namespace: OPERATOR_NAMESPACE, name: NAME }, encode("alb"));
const oldPods = (world: MemoryWorld) =>
    world.store
        .all("Pod", RELEASE.namespace)
        .filter(({ metadata }) => metadata.labels?.app === `${RELEASE.name}-alb`);

describe("a bridge to the old pods", () => {
    it("answers under the new name, and follows a drain", async () => {
        const world = worldWithBothNames();
        const { ports, mover } = await processOf(world);
        assert.match(problem(world) ?? "", /not found/);
        await buildBridge(ports, ID, BRIDGE);
        assert.equal(problem(world), undefined);
        const written = mover.writes.length;
        await followBridge(ports, ID, BRIDGE);
        assert.equal(mover.writes.length, written, "nothing changed, nothing is written");
        for (const pod of oldPods(world)) world.store.remove({ ...pod, ...pod.metadata });
        world.settle(5_000);
        assert.match(problem(world) ?? "", /connection refused/);
        await followBridge(ports, ID, BRIDGE);
        assert.equal(oldPods(world).filter(isReady).length, 3);
        assert.equal(problem(world), undefined);
    });

    it("makes room for the add-on's Service, which keeps its UID, and leaves no mark on it", async () => {
        const world = worldWithBothNames();
        const { ports } = await processOf(world);
        await buildBridge(ports, ID, BRIDGE);
        const { uid } = world.store.raw(BRIDGE.to)?.metadata ?? {};
        world.store.apply(service(OPERATOR_NAMESPACE, NAME, { app: "new-alb" }), "eks");
        assert.equal(problem(world), undefined, "still the old pods: the new ones are not there yet");
        await cutBridge(ports, ID, BRIDGE);
        assert.equal(world.store.raw(SLICE), undefined);
        await removeBridges(ports, ID, [BRIDGE]);
        const plain = new MemoryWorld();
        plain.store.apply(service(OPERATOR_NAMESPACE, NAME, { app: "new-alb" }), "eks");
        const [after, wanted] = [world, plain].map((one) => one.store.raw(BRIDGE.to));
        assert.equal(after?.metadata.uid, uid);
        assert.deepEqual(after?.metadata.labels, wanted?.metadata.labels);
        assert.deepEqual(
            after?.metadata.managedFields?.map(({ manager }) => manager),
            ["eks"],
        );
        assert.deepEqual(after?.spec, wanted?.spec);
    });

    it("names ports as the new Service does, and numbers them as the old pods do", async () => {
        const world = worldWithBothNames();
        const { ports } = await processOf(world);
        await buildBridge(ports, ID, BRIDGE);
        const named = { ports: [{ name: "https", port: 443, targetPort: 9443 }] };
        world.store.merge(BRIDGE.to, { spec: named }, BY);
        await followBridge(ports, ID, BRIDGE);
        const slice = world.store.raw(SLICE) as { ports?: unknown } | undefined;
        assert.deepEqual(slice?.ports, [{ name: "https", port: 9443, protocol: "TCP" }]);
    });

    it("is not built over a Service of somebody else, and takes none away", async () => {
        const world = worldWithBothNames();
        world.store.create(service(OPERATOR_NAMESPACE, NAME, { app: "theirs" }), BY);
        const before = world.capture();
        const { ports } = await processOf(world);
        await assert.rejects(
            buildBridge(ports, ID, BRIDGE),
            /is there already, and this move did not make it/,
        );
        await removeBridges(ports, ID, [BRIDGE]);
        assertSame(world.capture(), before, "afterwards");
    });

    it("survives a kill at any write, and goes without a trace", async () => {
        const world = worldWithBothNames();
        const kills = await surviveKills(world, world.snapshot(), {
            apply: (ports: World) => buildBridge(ports, ID, BRIDGE),
            undo: (ports: World) => removeBridges(ports, ID, [BRIDGE]),
        });
        assert.equal(kills, 8, "a Service and a slice, made and taken away, before and after");
    });

    it("is cleaned up after a kill at any write, when the add-on's Service has taken its place", async () => {
        const world = worldWithBothNames();
        const { ports } = await processOf(world);
        await buildBridge(ports, ID, BRIDGE);
        world.store.apply(service(OPERATOR_NAMESPACE, NAME, { app: "new-alb" }), "eks");
        const clean = (again: World) => removeBridges(again, ID, [BRIDGE]);
        const kills = await surviveKills(world, world.snapshot(), { apply: clean, undo: clean }, "golden");
        assert.ok(kills >= 6, `${kills} kills`);
        assert.equal(world.store.raw(BRIDGE.to)?.metadata.labels, undefined);
    });
});
