// A tool that keeps the release as it is in Git applies it again and again: during the move it is refused by name and one generation serves; after the move, and once it has stopped, `up` takes back what it overwrote.
import assert from "node:assert/strict";
import type { State } from "../../sandbox/compare/capturedState";
import { ADDON, releaseObjects } from "./memory/content";
import { assertDone, assertSame, startOf, stateOf } from "./memory/expectations";
import type { Mover } from "./memory/mover";
import { isIssuedOrRestored } from "./memory/sameButIssued";
import { MemoryStack } from "./memoryStack";

/** With the replicas of the manifest: what the tool sets is the tool's. */
const {
    world,
    snapshot,
    state: start,
} = startOf({}, (one) => {
    const alb = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        namespace: "kube-system",
        name: "hyperpod-inference-operator-alb",
    };
    one.store.merge(alb, { spec: { replicas: 2 } }, { manager: "kubectl-scale", operation: "Update" });
    one.settle();
});
const TOOL = "argocd-controller";
const CONTROLLERS = /^(kube-system|hyperpod-inference-system)\/.*(controller-manager|keda|alb)/;

/** As `kubectl apply --server-side --force-conflicts` of the release's manifest does. */
function applyRelease(): void {
    for (const object of releaseObjects({})) world.store.apply(object, TOOL);
}

async function keepApplying(isOn: () => boolean): Promise<void> {
    while (isOn()) {
        applyRelease();
        await world.clock.sleep(500);
    }
}

function running(): string[] {
    return world.store
        .all("Deployment")
        .filter(({ spec }) => (spec as { replicas: number }).replicas > 0)
        .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
        .filter((name) => CONTROLLERS.test(name));
}

const isHelms = (name: string) => name.startsWith("kube-system/") || name.includes("inference-operator-");

/** All five of one side, none of the other. */
function assertOneGeneration(side: "helm" | "add-on"): void {
    world.settle();
    const all = running();
    assert.deepEqual(
        [all.filter(isHelms).length, all.filter((name) => !isHelms(name)).length],
        side === "helm" ? [5, 0] : [0, 5],
        all.join(", "),
    );
}

/** Applies every half second, and at every write, from the first one that is called so. */
function applyFrom(prefix: string, isOn: () => boolean) {
    return (mover: Mover) => {
        let isBegun = false;
        mover.onWrite = (number) => {
            if (!isBegun && mover.writes[number - 1]?.startsWith(prefix)) {
                isBegun = true;
                void keepApplying(isOn);
            } else if (isBegun) applyRelease();
        };
    };
}

describe("the release, applied again by a tool", function () {
    this.timeout(60_000);
    let golden: State;

    before(async () => {
        world.restore(snapshot);
        assertDone(await new MemoryStack(world).up());
        golden = stateOf(world, true);
    });

    // From the first controller that stops until Helm's objects go.
    for (const moment of ["merge Deployment", `create add-on ${ADDON}`, "merge Secret", "remove Deployment"])
        it(`from "${moment}" on: refused by the tool's name, with one generation serving`, async () => {
            world.restore(snapshot);
            const stack = new MemoryStack(world);
            let isOn = true;
            const result = await stack.up(
                {},
                undefined,
                applyFrom(moment, () => isOn),
            );
            isOn = false;
            assert.equal(result.kind, "failed");
            assert.match(result.message, new RegExp(`${TOOL}.*\\[HP225\\]`, "s"));
            assertOneGeneration("helm");
            assertDone(await stack.up());
            assertOneGeneration("add-on");
            assertDone(await stack.destroy());
            assertSame(stateOf(world, true), start, "after destroy", ({ path }) =>
                path.startsWith("metadata.managedFields"),
            );
        });

    it("every few seconds while the last step waits for requests to be answered: refused by the tool's name before that wait is over", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        let isOn = true;
        let mover: Mover | undefined;
        const { progress } = stack.log;
        stack.log.progress = (line) => {
            progress(line);
            if (!/finish: started/.test(line) || mover === undefined) return;
            // Behind the step's own look: calls take their time from here on.
            mover.roundTrip = () => world.clock.sleep(40);
            void (async () => {
                await world.clock.sleep(60);
                for (; isOn; await world.clock.sleep(5_000)) applyRelease();
            })();
        };
        const began = world.data.now;
        const result = await stack.up({}, undefined, (started) => {
            mover = started;
        });
        isOn = false;
        assert.equal(result.kind, "failed");
        assert.match(result.message, new RegExp(`${TOOL}.*\\[HP225\\]`, "s"));
        assert.ok(world.data.now - began < 200_000, `${(world.data.now - began) / 1000} s`);
        assertOneGeneration("helm");
    });

    it("after the move: told by refresh, and taken back by up once the tool has stopped", async () => {
        world.restore(snapshot);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        for (let round = 0; round < 3; round++) {
            applyRelease();
            world.settle(5_000);
        }
        assertDone(await stack.refresh());
        assert.match(
            ((stack.resource?.outputs.drift ?? []) as string[]).join("\n"),
            new RegExp(`${TOOL} .*Deployment kube-system/hyperpod-inference-operator-alb`),
        );
        assertDone(await stack.up());
        assertOneGeneration("add-on");
        assertSame(
            stateOf(world, true),
            golden,
            "after up",
            // What the tool made stays, stopped; what it overwrote is the add-on's again.
            (one) =>
                isIssuedOrRestored(one) ||
                one.path.startsWith("metadata.managedFields") ||
                (one.path === "" && one.before === undefined),
        );
        assertDone(await stack.destroy());
        assertOneGeneration("helm");
    });

    it("after the move, with Services of other addresses: these keep theirs, and the undo goes back", async () => {
        const service = {
            apiVersion: "v1",
            kind: "Service",
            namespace: "kube-system",
            name: "keda-admission-webhooks",
        };
        const addressed = (clusterIP: string) =>
            world.store.merge(
                service,
                { spec: { clusterIP, clusterIPs: [clusterIP] } },
                { manager: "kube-apiserver", operation: "Update" },
            );
        world.restore(snapshot);
        addressed("10.100.0.1");
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        assert.equal(world.store.raw(service), undefined, "the move takes it away");
        applyRelease();
        addressed("10.100.0.2");
        world.settle();
        assertDone(await stack.destroy());
        assertOneGeneration("helm");
        const { spec } = world.store.raw(service) ?? assert.fail();
        assert.deepEqual((spec as { clusterIPs: string[] }).clusterIPs, ["10.100.0.2"]);
    });
});
