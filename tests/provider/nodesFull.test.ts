// Nodes that get full or tainted at a write of a move: no pod that is made from then on finds one. The wait ends early with the scheduler's words, one generation is left to serve, and it goes on, or back, once there is room. FULL_NODES=all tries every write.
import assert from "node:assert/strict";
import type { KubernetesObject } from "../../provider/ports/world";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

const QUICK = { clusterName: "demo", skipDependenciesMigration: true };
const ADDONS = "hyperpod-inference-system";
const HELMS = "kube-system";
/** The controllers stop, the add-on's wait for a node, and Helm's may have to. */
const MOST_MINUTES = 5;
const ALL = process.env.FULL_NODES === "all";
const BY = { manager: "test", operation: "Update" } as const;

const { world, snapshot, state: start } = startOf();

/** Controllers that have replicas: of Helm's release, and of the add-on. */
function wanted(): readonly [helms: number, addons: number] {
    const names = world.store
        .all("Deployment")
        .filter(({ spec }) => (spec as { replicas?: number }).replicas !== 0)
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
        .filter((name) => /\/(.*controller-manager|.*keda|.*alb)/.test(name));
    const isHelms = (name: string) => name.startsWith(`${HELMS}/`) || name.includes("inference-operator-");
    const isAddons = (name: string) => name.startsWith(`${ADDONS}/`) && !isHelms(name);
    return [names.filter(isHelms).length, names.filter(isAddons).length];
}

/** A move during which pods of these namespaces find no node, from one write on. */
async function moveWithout(
    write: number,
    namespaces: readonly string[],
    change: () => void = () => undefined,
) {
    world.restore(snapshot);
    change();
    const stack = new MemoryStack(world, QUICK);
    let fullAt = world.data.now;
    const result = await stack.up({}, undefined, (mover) => {
        mover.onWrite = (number) => {
            if (number !== write) return;
            fullAt = world.data.now;
            world.data.withoutNodes = new Set(namespaces);
        };
    });
    return { stack, result, minutes: (world.data.now - fullAt) / 60_000 };
}

async function writesOfMove(): Promise<readonly string[]> {
    return (await moveWithout(0, [])).result.mover.writes;
}

function deploymentOf(namespace: string, app: string): KubernetesObject {
    const containers = [{ name: "main", image: `${app}:1` }];
    const template = { metadata: { labels: { app } }, spec: { containers } };
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { namespace, name: app, labels: { app } },
        spec: { replicas: 1, selector: { matchLabels: { app } }, template },
    };
}

describe("nodes that get full during a move", function () {
    this.timeout(600_000);

    it("end its wait early, in the scheduler's words, with one generation; with room again it goes on, or back", async () => {
        const writes = await writesOfMove();
        const create = writes.findIndex((what) => what.startsWith("create add-on amazon-sagemaker")) + 1;
        let failures = 0;
        for (const namespaces of ALL ? [[ADDONS], [ADDONS, HELMS]] : [[ADDONS, HELMS]])
            for (const write of ALL ? writes.keys() : [create]) {
                const what = `${namespaces.join(" and ")} from write ${write}, ${writes[write - 1]}`;
                const { stack, result, minutes } = await moveWithout(write, namespaces);
                if (result.kind === "failed") {
                    failures += 1;
                    assert.match(
                        result.message,
                        /\[HP22\d\]\nwhy: .*has no node: 0\/1 nodes are available/,
                        what,
                    );
                    assert.ok(minutes < MOST_MINUTES, `${what}: ${minutes} minutes`);
                }
                assert.deepEqual(wanted(), result.kind === "done" ? [0, 5] : [5, 0], what);
                const left = { data: world.snapshot(), saved: stack.save() };
                for (const ending of ["up", "destroy"] as const) {
                    world.restore(left.data);
                    stack.load(left.saved);
                    world.data.withoutNodes = new Set();
                    assertDone(await stack[ending]());
                    assert.deepEqual(wanted(), ending === "up" ? [0, 5] : [5, 0], `${what}, then ${ending}`);
                    if (ending === "up") assertDone(await stack.destroy());
                    assertSame(stateOf(world), start, `${what}, then ${ending}`);
                    assertHarmless(world);
                }
            }
        assert.ok(failures >= 1, `${failures} moves failed`);
    });

    it("are waited for where an autoscaler makes new ones", async () => {
        const autoscaler = () => {
            world.store.create(deploymentOf(HELMS, "cluster-autoscaler"), BY);
            world.settle();
        };
        const writes = await writesOfMove();
        const create = writes.findIndex((what) => what.startsWith("create add-on amazon-sagemaker")) + 1;
        let lines = 0;
        world.restore(snapshot);
        autoscaler();
        const stack = new MemoryStack(world, QUICK);
        stack.log.progress = (line) => {
            // The nodes are there after some three minutes.
            if (/CREATING for 1[89]\d s/.test(line)) world.data.withoutNodes = new Set();
            if (line.includes("has no node")) lines += 1;
        };
        const { kind, message } = await stack.up({}, undefined, (mover) => {
            mover.onWrite = (number) => {
                if (number === create) world.data.withoutNodes = new Set([ADDONS]);
            };
        });
        assert.equal(kind, "done", message);
        assert.ok(lines > 10, "what is waited for is told");
        const forEver = await moveWithout(create, [ADDONS], autoscaler);
        assert.match(forEver.result.message, /HP220.*has no node/s);
        assert.ok(forEver.minutes > 5 && forEver.minutes < 15, `${forEver.minutes} minutes`);
    });

    it("or a policy that keep a stranger's pods from running are no reason to give up the add-on", async () => {
        const stranger = () => {
            world.data.policies = [
                ({ kind, metadata }) =>
                    kind === "Pod" && metadata.labels?.app === "stranger" ? "exceeded quota" : undefined,
            ];
            world.data.behaviour = {
                ...world.data.behaviour,
                startUpMs: { [`${ADDONS}/hyperpod-inference-controller-manager`]: 90_000 },
            };
            world.store.create(deploymentOf(ADDONS, "stranger"), BY);
        };
        const { result } = await moveWithout(0, [], stranger);
        assertDone(result);
    });
});
