// A generation whose Lease the move holds gets Ready and does not lead, however long; given back, it leads within seconds. A leader that works is never pushed aside.
import assert from "node:assert/strict";
import {
    holdLeases,
    leaseRef,
    releaseLeases,
    rememberLeases,
} from "../../../provider/operations/handover/heldLeases";
import type { KubernetesObject, World } from "../../../provider/ports/world";
import { RELEASE } from "../memory/content";
import { assertHarmless } from "../memory/expectations";
import { deployment, OPERATOR_NAMESPACE } from "../memory/operatorContent";
import { isReady } from "../memory/pods";
import { MemoryWorld } from "../memoryWorld";
import { processOf, surviveKills } from "./killed";

const BY = { manager: "test", operation: "Update" } as const;
const ID = "0123456789abcdef";
const ALB = "aws-load-balancer-controller";
const REFS = [
    leaseRef(OPERATOR_NAMESPACE, `${ALB}-leader`),
    leaseRef(OPERATOR_NAMESPACE, "operator.keda.sh"),
];
const YEAR_MS = 365 * 24 * 3600 * 1000;

const holderIn = (world: MemoryWorld, namespace: string) =>
    (
        world.store.raw(leaseRef(namespace, `${ALB}-leader`)) as
            | { spec?: { holderIdentity?: string } }
            | undefined
    )?.spec?.holderIdentity;

/** The add-on's load balancer controller, as CreateAddon brings it. */
function startNewGeneration(world: MemoryWorld): void {
    const account = { name: ALB, namespace: OPERATOR_NAMESPACE };
    world.store.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: account }, BY);
    const image = `${ALB}:v2.13.2`;
    world.store.create(deployment(OPERATOR_NAMESPACE, "new-alb", image, 2, ALB), BY);
}
const newPods = (world: MemoryWorld) =>
    world.store.all("Pod", OPERATOR_NAMESPACE).filter(({ metadata }) => metadata.labels?.app === "new-alb");

async function hold(ports: World): Promise<void> {
    await holdLeases(ports, ID, await rememberLeases(ports, REFS));
}

describe("leases that a move holds", () => {
    let world: MemoryWorld;
    beforeEach(() => {
        world = new MemoryWorld({}, { elections: true });
    });

    it("let the new generation get Ready and not lead, also when nobody comes back for a year", async () => {
        const { ports, mover } = await processOf(world);
        await hold(ports);
        mover.kill();
        startNewGeneration(world);
        world.settle();
        assert.equal(newPods(world).filter(isReady).length, 2);
        world.advanceTo(world.data.now + YEAR_MS);
        assert.match(holderIn(world, OPERATOR_NAMESPACE) ?? "", /^pulumi-hyperpod-inference\//);
        assert.ok(holderIn(world, RELEASE.namespace)?.includes("-alb-"), "the old one leads all the time");
        assertHarmless(world);
    });

    it("given back when the old generation is gone: the new one leads, and never both", async () => {
        const { ports } = await processOf(world);
        const memory = await rememberLeases(ports, REFS);
        await holdLeases(ports, ID, memory);
        startNewGeneration(world);
        world.settle();
        const old = { apiVersion: "apps/v1", kind: "Deployment", namespace: RELEASE.namespace };
        world.store.merge({ ...old, name: `${RELEASE.name}-alb` }, { spec: { replicas: 0 } }, BY);
        world.settle();
        await releaseLeases(ports, ID, memory);
        world.settle(4_400);
        assert.ok(holderIn(world, OPERATOR_NAMESPACE)?.startsWith("new-alb-"));
        assertHarmless(world);
        await releaseLeases(ports, ID, memory);
        assert.ok(holderIn(world, OPERATOR_NAMESPACE)?.startsWith("new-alb-"), "it is the leader's by now");
    });

    it("given back too early would let two act: the world tells", async () => {
        const { ports } = await processOf(world);
        const memory = await rememberLeases(ports, REFS);
        await holdLeases(ports, ID, memory);
        startNewGeneration(world);
        world.settle();
        await releaseLeases(ports, ID, memory);
        world.settle();
        assert.match(world.data.violations.join(), /two active controllers aws-load-balancer-controller/);
    });

    it("are never taken from a leader that works", async () => {
        startNewGeneration(world);
        const left = { spec: { holderIdentity: "new-alb-1", leaseDurationSeconds: 15 } };
        const renewTime = new Date(world.data.now).toISOString();
        const ref = leaseRef(OPERATOR_NAMESPACE, `${ALB}-leader`);
        const { apiVersion, kind, name, namespace = "" } = ref;
        const spec = { ...left.spec, renewTime };
        world.store.create({ apiVersion, kind, metadata: { name, namespace }, spec } as KubernetesObject, BY);
        const { ports } = await processOf(world);
        await assert.rejects(
            hold(ports),
            /new-alb-1 leads by Lease .*; a leader that works is not made to wait/,
        );
        assert.equal(holderIn(world, OPERATOR_NAMESPACE), "new-alb-1");
    });

    it("that somebody left behind are taken over, and given back to whoever comes first", async () => {
        const ref = leaseRef(OPERATOR_NAMESPACE, `${ALB}-leader`);
        const { apiVersion, kind, name, namespace = "" } = ref;
        const renewTime = new Date(world.data.now - 60_000).toISOString();
        const spec = { holderIdentity: "gone", leaseDurationSeconds: 15, renewTime };
        world.store.create({ apiVersion, kind, metadata: { name, namespace }, spec } as KubernetesObject, BY);
        const { ports } = await processOf(world);
        const memory = await rememberLeases(ports, REFS);
        await holdLeases(ports, ID, memory);
        assert.match(holderIn(world, OPERATOR_NAMESPACE) ?? "", /^pulumi-hyperpod-inference\//);
        await releaseLeases(ports, ID, memory);
        assert.equal(holderIn(world, OPERATOR_NAMESPACE), "");
        assert.ok(world.store.raw(ref), "it is not ours to delete");
    });

    it("survive a kill at any write, and go without a trace", async () => {
        const remembered = await rememberLeases((await processOf(world)).ports, REFS);
        const kills = await surviveKills(world, world.snapshot(), {
            apply: (ports) => holdLeases(ports, ID, remembered),
            undo: (ports) => releaseLeases(ports, ID, remembered),
        });
        assert.equal(kills, 8, "two Leases, made and taken away, before and after");
    });
});
