// Admission webhooks that nobody asks for a while: only those of the Services that are meant, with the conditions of others kept, and asked again from the condition's name alone.
import assert from "node:assert/strict";
import { beginBypass, endBypass } from "../../../provider/operations/handover/admissionBypass";
import type { ObjectRef, World } from "../../../provider/ports/world";
import { RELEASE } from "../memory/content";
import { admissionProblem } from "../memory/serving";
import { MemoryWorld } from "../memoryWorld";
import { processOf, surviveKills } from "./killed";

const BY = { manager: "test", operation: "Update" } as const;
const service = (name: string): ObjectRef => ({
    apiVersion: "v1",
    kind: "Service",
    namespace: RELEASE.namespace,
    name,
});
const CONFIGURATIONS = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"].map((kind) => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind,
    name: "alb-webhook",
}));
const ALB = [service("alb-webhook-service")];
const UNTIL = "2099-01-01T00:00:00.000Z";
const conditions = (world: MemoryWorld) =>
    CONFIGURATIONS.flatMap((ref) => {
        const { webhooks } = world.store.raw(ref) as unknown as {
            webhooks: { matchConditions?: object[] }[];
        };
        return webhooks.map(({ matchConditions }) => matchConditions);
    });
const stopped = (): MemoryWorld => {
    const world = new MemoryWorld();
    const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: RELEASE.namespace };
    world.store.merge({ ...ref, name: `${RELEASE.name}-alb` }, { spec: { replicas: 0 } }, BY);
    world.settle();
    return world;
};

describe("the bypass of admission webhooks", () => {
    it("lets requests through while no pod answers, and refuses them again when it ends", async () => {
        const world = stopped();
        const { ports } = await processOf(world);
        assert.match(admissionProblem(world.store, "ingresses") ?? "", /no endpoints/);
        await beginBypass(ports, CONFIGURATIONS, ALB, UNTIL);
        assert.equal(admissionProblem(world.store, "ingresses"), undefined);
        assert.equal(admissionProblem(world.store, "targetgroupbindings"), undefined);
        await endBypass(ports, CONFIGURATIONS);
        assert.match(admissionProblem(world.store, "ingresses") ?? "", /no endpoints/);
        assert.deepEqual(conditions(world), [undefined, undefined]);
    });

    it("is off by itself when its time is over, also when nobody comes back", async () => {
        const world = stopped();
        const { ports, mover } = await processOf(world);
        await beginBypass(ports, CONFIGURATIONS, ALB, new Date(world.data.now + 60_000).toISOString());
        mover.kill();
        world.advanceTo(world.data.now + 59_000);
        assert.equal(admissionProblem(world.store, "ingresses"), undefined);
        world.advanceTo(world.data.now + 1_000);
        assert.match(admissionProblem(world.store, "ingresses") ?? "", /no endpoints/);
    });

    it("is only for the Services that are meant, and leaves conditions of others", async () => {
        const world = stopped();
        const { ports } = await processOf(world);
        await beginBypass(ports, CONFIGURATIONS, [service("another")], UNTIL);
        assert.deepEqual(conditions(world), [undefined, undefined]);
        const theirs = { name: "theirs", expression: "request.userInfo.username != 'ci'" };
        for (const ref of CONFIGURATIONS) {
            const { webhooks } = world.store.raw(ref) as unknown as { webhooks: object[] };
            const next = webhooks.map((webhook) => ({ ...webhook, matchConditions: [theirs] }));
            world.store.merge(ref, { webhooks: next }, BY);
        }
        await beginBypass(ports, CONFIGURATIONS, ALB, UNTIL);
        await beginBypass(ports, CONFIGURATIONS, ALB, UNTIL);
        for (const found of conditions(world)) {
            assert.deepEqual(found?.[0], theirs);
            const ours = found?.[1] as { name: string; expression: string };
            assert.equal(ours.name, "pulumi-hyperpod-inference.move");
            assert.ok(ours.expression.includes(UNTIL));
            assert.equal(found?.length, 2);
        }
        await endBypass(ports, CONFIGURATIONS);
        assert.deepEqual(conditions(world), [[theirs], [theirs]]);
    });

    it("passes over a configuration that is gone", async () => {
        const world = stopped();
        const { ports } = await processOf(world);
        for (const ref of CONFIGURATIONS) world.store.remove(ref);
        await beginBypass(ports, CONFIGURATIONS, ALB, UNTIL);
        await endBypass(ports, CONFIGURATIONS);
        assert.deepEqual(
            CONFIGURATIONS.map((ref) => world.store.raw(ref)),
            [undefined, undefined],
        );
    });

    it("is off after a kill at any write, once it is ended", async () => {
        const world = stopped();
        const part = {
            apply: (ports: World) => beginBypass(ports, CONFIGURATIONS, ALB, UNTIL),
            undo: (ports: World) => endBypass(ports, CONFIGURATIONS),
        };
        const isOwner = ({ path }: { path: string }) => path.startsWith("metadata.managedFields");
        await surviveKills(world, world.snapshot(), part, "start", isOwner);
    });
});
