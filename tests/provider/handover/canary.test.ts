// The canary tells whether the API server asks pods that our slices name, leaves nothing behind, and harms nobody meanwhile.
import assert from "node:assert/strict";
import { askCanary } from "../../../provider/operations/handover/canary";
import { removeQuestions } from "../../../provider/operations/handover/probePods";
import type { World } from "../../../provider/ports/world";
import { SIMPLE } from "../memory/behaviour";
import { RELEASE } from "../memory/content";
import { assertSame } from "../memory/expectations";
import { OPERATOR_NAMESPACE } from "../memory/operatorContent";
import { MemoryWorld } from "../memoryWorld";
import { processOf, runKilled, surviveKills } from "./killed";

const REQUEST = {
    migrationId: "0123456789abcdef",
    namespace: OPERATOR_NAMESPACE,
    target: {
        apiVersion: "v1",
        kind: "Service",
        namespace: RELEASE.namespace,
        name: "alb-webhook-service",
    },
};
const ask = (ports: World) => askCanary(ports, REQUEST);

describe("the canary", () => {
    it("says yes where the API server asks whom a slice of ours names", async () => {
        const world = new MemoryWorld();
        const before = world.capture();
        const { ports } = await processOf(world);
        const { followsSlices, why } = await ask(ports);
        assert.equal(followsSlices, true, why);
        assertSame(world.capture(), before, "afterwards");
    });

    it("says no, and why, where it does not", async () => {
        const world = new MemoryWorld();
        world.data.behaviour = { ...SIMPLE, followsSlices: false };
        const before = world.capture();
        const { ports } = await processOf(world);
        const { followsSlices, why } = await ask(ports);
        assert.equal(followsSlices, false);
        assert.match(why, /does not ask the pod .*no endpoints available/);
        assertSame(world.capture(), before, "afterwards");
    });

    it("says no when no pod could answer", async () => {
        const world = new MemoryWorld();
        const { namespace } = RELEASE;
        const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: `${RELEASE.name}-alb` };
        world.store.merge(ref, { spec: { replicas: 0 } }, { manager: "test", operation: "Update" });
        world.settle(5_000);
        const { ports, mover } = await processOf(world);
        const { followsSlices, why } = await ask(ports);
        assert.deepEqual([followsSlices, mover.writes], [false, []]);
        assert.match(why, /no pod behind Service kube-system\/alb-webhook-service is ready/);
    });

    it("refuses nothing of anybody else while it asks", async () => {
        const world = new MemoryWorld();
        const requests = world.watchRequests();
        const { ports } = await processOf(world);
        await ask(ports);
        const by = { manager: "kubectl", operation: "Update" } as const;
        const settings = { apiVersion: "v1", kind: "ConfigMap", namespace: "shop", name: "shop-settings" };
        world.store.merge(settings, { data: { colour: "green" } }, by);
        assert.deepEqual(requests.seconds(), {});
    });

    it("is gone whenever it is killed, once it is asked again or taken back", async () => {
        const world = new MemoryWorld();
        const undo = (ports: World) => removeQuestions(ports, REQUEST.migrationId);
        const kills = await surviveKills(world, world.snapshot(), { apply: ask, undo });
        assert.ok(kills >= 12, `${kills} kills`);
    });

    it("leaves what another move made, and an object of its name that is nobody's of ours", async () => {
        const world = new MemoryWorld();
        const { ports } = await processOf(world);
        const name = "pulumi-hyperpod-canary-01234567-alb-webhook-service-0";
        const metadata = { name, namespace: OPERATOR_NAMESPACE };
        const service = { apiVersion: "v1", kind: "Service", metadata, spec: { ports: [] } };
        world.store.create(service, { manager: "kubectl", operation: "Update" });
        const before = world.capture();
        await assert.rejects(ask(ports), /is there already, and this move did not make it/);
        assert.equal(await runKilled(world, (again) => removeQuestions(again, "another move")), false);
        assertSame(world.capture(), before, "afterwards");
    });
});
