// A tool or a person starts Helm's controllers again while the move has them stopped: stopped once more, then refused with the name of who does it, and never two generations at the end.
import assert from "node:assert/strict";
import type { KubernetesObject } from "../../provider/ports/world";
import { ALB } from "./memory/colleague";
import { ADDON } from "./memory/content";
import { assertDone, assertSame, startOf, stateOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

const { world, snapshot, state: start } = startOf();
const GITOPS = { manager: "argocd-controller", operation: "Update" } as const;
const HELMS = /controller-manager|keda|alb/;

function helms() {
    return world.store
        .all("Deployment")
        .filter(
            ({ metadata }) =>
                HELMS.test(metadata.name) && metadata.annotations?.["meta.helm.sh/release-name"],
        );
}

function running(): { readonly helms: string[]; readonly addons: string[] } {
    const all = world.store
        .all("Deployment")
        .filter(
            ({ spec, metadata }) =>
                HELMS.test(metadata.name) &&
                metadata.namespace !== "shop" &&
                (spec as { replicas: number }).replicas > 0,
        )
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    const isHelms = (name: string) => name.startsWith("kube-system/") || name.includes("inference-operator-");
    return { helms: all.filter(isHelms), addons: all.filter((name) => !isHelms(name)) };
}

function startHelms(): void {
    for (const { metadata, spec } of helms()) {
        if ((spec as { replicas: number }).replicas > 0) continue;
        const ref = {
            apiVersion: "apps/v1",
            kind: "Deployment",
            namespace: metadata.namespace ?? "",
            name: metadata.name,
        };
        // As many as before: another number would be the tool's decision, and stay.
        const replicas = metadata.name.endsWith("-alb") ? 3 : 1;
        world.store.merge(ref, { spec: { replicas } }, GITOPS);
    }
}

/** While somebody starts them, both run for a moment: that is what is answered. */
function assertHarmlessBesides(): void {
    assert.deepEqual(
        world.data.violations.filter((violation) => !violation.startsWith("two active controllers")),
        [],
    );
}

/** Runs `act` once, as soon as the move writes this. */
function when(prefix: string, act: () => void) {
    let isDone = false;
    return (mover: import("./memory/mover").Mover) => {
        mover.onWrite = (number) => {
            if (isDone || !mover.writes[number - 1]?.startsWith(prefix)) return;
            isDone = true;
            act();
        };
    };
}

describe("Helm's controllers, started again by others during the move", function () {
    this.timeout(60_000);

    it("once, before the add-on is created or while it is: are stopped again, and the move ends", async () => {
        for (const delayMs of [0, 500, 3_000]) {
            world.restore(snapshot);
            const stack = new MemoryStack(world);
            const act = () => void world.clock.sleep(delayMs).then(startHelms);
            assertDone(await stack.up({}, undefined, when(`create add-on ${ADDON}`, act)));
            world.settle();
            assert.deepEqual(running().helms, [], `${delayMs}`);
            assert.ok(running().addons.length >= 4, `${delayMs}`);
            assertHarmlessBesides();
            assertDone(await stack.destroy());
        }
    });

    it("again and again: refused with the name of the tool, and they are left serving", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        let isOn = true;
        const loop = async () => {
            while (isOn) {
                await world.clock.sleep(3_000);
                if (isOn) startHelms();
            }
        };
        const prepare = when("merge Deployment", () => void loop());
        const result = await stack.up({}, undefined, prepare);
        isOn = false;
        assert.equal(result.kind, "failed");
        assert.match(result.message, /argocd-controller.*\[HP225\]/s);
        world.settle();
        assert.deepEqual(running().addons, []);
        assert.ok(running().helms.length >= 4, running().helms.join(", "));
        assertHarmlessBesides();
        assertDone(await stack.up());
        assertDone(await stack.destroy());
        assertSame(stateOf(world), start, "after destroy", ({ path }) =>
            path.startsWith("metadata.managedFields"),
        );
    });

    it("after the move stopped before its end: are stopped by the next up", async () => {
        for (const until of ["scaleDown"]) {
            world.restore(snapshot);
            const stack = new MemoryStack(world);
            assertDone(await stack.up({ until }));
            startHelms();
            world.settle();
            assertDone(await stack.up());
            world.settle();
            assert.deepEqual(running().helms, [], `${until}`);
            assert.ok(running().addons.length >= 4, `${until}`);
        }
    });

    it("after the commit: told by refresh, and refused by up with the command that stops them", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        const { apiVersion, kind, metadata, spec } = world.store.raw(ALB) as KubernetesObject;
        const { name, namespace = "", labels = {}, annotations = {} } = metadata;
        assertDone(await stack.up());
        assertDone(await stack.up({ commit: true }));
        world.store.create(
            { apiVersion, kind, metadata: { name, namespace, labels, annotations }, spec },
            { manager: "helm", operation: "Update" },
        );
        assertDone(await stack.refresh());
        const drift = () => ((stack.resource?.outputs.drift ?? ["none"]) as string[]).join();
        assert.match(
            drift(),
            /^Deployment kube-system\/hyperpod-inference-operator-alb of Helm release .* works as load balancer controller .* beside the add-on's$/,
        );
        const { kind: ending, message, mover } = await stack.up({ commit: true });
        assert.equal(ending, "failed");
        assert.match(
            message,
            /operator-alb .*\[HP125\]\nnext: .*`kubectl scale deployment -n kube-system hyperpod-inference-operator-alb --replicas=0`/,
        );
        assert.deepEqual(
            mover.writes.filter((write) => !write.includes("Lease ")),
            [],
        );
        assert.equal(stack.resource?.outputs.phase, "Committed");
        world.store.merge(ALB, { spec: { replicas: 0 } }, { manager: "kubectl", operation: "Update" });
        world.settle();
        assertDone(await stack.up({ commit: true }));
        assertDone(await stack.refresh());
        assert.equal(drift(), "");
    });
});
