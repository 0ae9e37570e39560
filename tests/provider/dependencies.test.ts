// Dependencies: which move, which stay and whose they are; and the hand-over itself, cut off at every write.

import assert from "node:assert/strict";
import { Handover } from "../../common/enums";
import type { FoundDependency } from "../../provider/discovery/dependencies";
import { planDependencies } from "../../provider/plan/dependencies";
import { DependencyTreatment, type PlanDraft } from "../../provider/plan/plan";
import { describeDependencies } from "../../provider/plan/planLines";
import { type Addon, AddonStatus, type KubernetesObject, type Release } from "../../provider/ports/world";
import {
    certManager,
    dependencyProfiles,
    fsxCsi,
    metricsServer,
    s3Csi,
} from "../../provider/profiles/dependencies";
import { hyperPodInference } from "../../provider/profiles/hyperPodInference";
import { readyPods, storage } from "./memory/dependencyContent";
import { assertDone, assertHarmless, assertSame, stateOf } from "./memory/expectations";
import { backAt, killedAtEveryWrite } from "./memory/moments";
import { MemoryStack } from "./memoryStack";

const release = {
    name: "op",
    namespace: "kube-system",
    chart: "hyperpod-inference-operator",
    charts: [],
    values: {},
    chartDefaults: {},
    objects: [],
} as unknown as Release;
const object = (kind: string, name: string, labels: Record<string, string> = {}): KubernetesObject => ({
    apiVersion: "apps/v1",
    kind,
    metadata: { name, namespace: "kube-system", labels },
});

function found(change: Partial<FoundDependency> = {}): FoundDependency {
    return {
        profile: s3Csi,
        addon: undefined,
        present: true,
        owner: undefined,
        ofRelease: [object("DaemonSet", "s3-csi-node")],
        runsFromRelease: true,
        runningVersion: "1.14.1",
        available: ["v1.15.0-eksbuild.1", "v1.14.1-eksbuild.1"],
        schema: undefined,
        ...change,
    };
}

function plan(one: FoundDependency, change: object = {}, of: Release = release) {
    const wishes = {
        clusterName: "demo",
        skipDependencies: false,
        dependencyChoices: {},
        dropUnsupportedSettings: false,
        handover: Handover.Auto,
        ...change,
    };
    const planned = planDependencies([one], of, wishes, hyperPodInference, "1.34");
    return { ...planned, first: planned.dependencies[0] };
}

const addon = (status: AddonStatus): Addon => ({
    name: s3Csi.addonName,
    arn: "",
    version: "v1.14.1-eksbuild.1",
    status,
    issues: [],
    configurationValues: "",
    tags: {},
});

describe("plan of the dependencies", () => {
    it("one that the release runs moves, to the version that runs", () => {
        const { first, identities } = plan(found());
        assert.deepEqual(
            [first?.treatment, first?.version, identities],
            [DependencyTreatment.Move, "v1.14.1-eksbuild.1", ["s3Csi"]],
        );
    });

    it("of one that answers requests says which pause, and why; of one that answers none says nothing", () => {
        const dependencies = [metricsServer, s3Csi].map((profile) => plan(found({ profile })).first);
        assert.deepEqual(
            dependencies.map((one) => one?.pauses),
            [["pod and node metrics"], undefined],
        );
        const line = describeDependencies(
            { dependencies, objects: [] } as unknown as PlanDraft,
            DependencyTreatment.Move,
        );
        assert.match(
            line,
            /pod and node metrics pause until its pods answer \(0\.3 to 0\.6 s .*\), because EKS leads requests to them at once, and Helm's pods sign .*; S3 CSI driver to add-on aws-mountpoint-s3-csi-driver v1\.14\.1-eksbuild\.1$/,
        );
    });

    it("one that somebody else brought is left alone, and it is said whose it is", () => {
        const { first } = plan(
            found({ ofRelease: [], runsFromRelease: false, owner: "Helm release storage/s3" }),
        );
        assert.deepEqual(
            [first?.treatment, first?.why],
            [DependencyTreatment.LeftAlone, "theirs (Helm release storage/s3)"],
        );
        assert.equal(plan(found({ runsFromRelease: false })).first?.treatment, DependencyTreatment.LeftAlone);
    });

    it("skipDependenciesMigration and a choice for one of them leave it alone", () => {
        assert.equal(
            plan(found(), { skipDependencies: true }).first?.treatment,
            DependencyTreatment.LeftAlone,
        );
        assert.equal(
            plan(found(), { dependencyChoices: { s3Csi: "LeaveAlone" } }).first?.treatment,
            DependencyTreatment.LeftAlone,
        );
        assert.equal(
            plan(found(), { dependencyChoices: { fsxCsi: "LeaveAlone" } }).first?.treatment,
            DependencyTreatment.Move,
        );
    });

    it("W16: an add-on of the same name is left alone; a broken one without which nothing runs stops the move", () => {
        assert.match(
            plan(found({ addon: addon(AddonStatus.Active) })).first?.why ?? "",
            /is there already \(ACTIVE\)/,
        );
        assert.deepEqual(plan(found({ addon: addon(AddonStatus.Degraded) })).blockers, []);
        const broken = plan(found({ addon: addon(AddonStatus.CreateFailed), present: false }));
        assert.equal(broken.blockers[0]?.code, "HP137");
    });

    it("W24: one that is missing is installed, in the newest version; without a version, or against the user's choice, the move stops", () => {
        const missing = { present: false, ofRelease: [], runsFromRelease: false, runningVersion: undefined };
        const { first } = plan(found(missing));
        assert.deepEqual(
            [first?.treatment, first?.version],
            [DependencyTreatment.Install, "v1.15.0-eksbuild.1"],
        );
        assert.equal(plan(found({ ...missing, available: [] })).blockers[0]?.code, "HP122");
        assert.equal(
            plan(found(missing), { dependencyChoices: { s3Csi: "LeaveAlone" } }).blockers[0]?.code,
            "HP137",
        );
        assert.equal(
            plan(found(missing), { skipDependencies: true }).first?.treatment,
            DependencyTreatment.Install,
        );
    });

    it("W6: one with settings that its add-on cannot express stays with its settings, unless their loss is accepted", () => {
        const of = { ...release, values: { s3: { node: { logLevel: 9 } } } } as Release;
        const one = found({
            schema: { properties: { node: { properties: {}, additionalProperties: false } } },
        });
        assert.match(plan(one, {}, of).first?.why ?? "", /cannot express s3\.node\.logLevel/);
        const dropped = plan(one, { dropUnsupportedSettings: true }, of);
        assert.equal(dropped.first?.treatment, DependencyTreatment.Move);
        assert.match(dropped.notes[0] ?? "", /s3\.node\.logLevel.*dropped/);
    });

    it("W16: each object of the release belongs to one dependency at most, whatever its labels say", () => {
        const owners = (one: KubernetesObject, source?: string) =>
            dependencyProfiles.filter((profile) => profile.owns(one, source)).map(({ key }) => key);
        assert.deepEqual(owners(object("Deployment", "hyperpod-inference-operator-cert-manager")), [
            certManager.key,
        ]);
        assert.deepEqual(owners(object("Deployment", "hyperpod-inference-operator-metrics")), [
            metricsServer.key,
        ]);
        assert.deepEqual(owners(object("DaemonSet", "fsx-csi-node")), [fsxCsi.key]);
        assert.deepEqual(owners(object("Deployment", "keda-operator-metrics-apiserver")), []);
        assert.deepEqual(
            owners(object("ServiceAccount", "whatever"), "op/charts/metrics/templates/server.yaml"),
            [metricsServer.key],
        );
        assert.deepEqual(owners(object("ServiceAccount", "s3-csi-looks-like-it"), "op/templates/rbac.yaml"), [
            s3Csi.key,
        ]);
    });
});

describe("dependencies in memory", () => {
    it("W14: S3 and FSx drivers go from Helm to their add-ons and back without a moment in which no node pod is Ready", async () => {
        const { world, state } = storage();
        const stack = new MemoryStack(world);
        const without: string[] = [];
        const watch = () => {
            for (const app of ["s3-csi-node", "fsx-csi-node", "fsx-csi-controller"])
                if (readyPods(world, app).length === 0) without.push(app);
        };
        const stop = world.clock.forMover(() => false).every(100, watch);
        assertDone(await stack.up());
        world.settle();
        assert.deepEqual(
            [
                ...new Set([
                    ...readyPods(world, "s3-csi-node"),
                    ...readyPods(world, "fsx-csi-node"),
                    ...readyPods(world, "fsx-csi-controller"),
                ]),
            ],
            ["add-on"],
        );
        assert.equal(
            world.store.raw({
                apiVersion: "v1",
                kind: "ServiceAccount",
                namespace: "kube-system",
                name: "s3-csi-only-helms",
            }),
            undefined,
        );
        assert.ok(
            world.store.raw({
                apiVersion: "v1",
                kind: "ServiceAccount",
                namespace: "kube-system",
                name: "s3-csi-driver-sa",
            }),
        );
        assertDone(await stack.destroy());
        world.settle();
        stop();
        assertSame(stateOf(world), state, "after destroy");
        assert.deepEqual(without, []);
        assertHarmless(world);
    });

    it("one whose role goes on with its add-on comes back with the trust that the role had", async () => {
        const { world, state } = storage();
        const trust = () => world.data.roles.get("team-s3-csi")?.trustPolicy ?? "";
        const former = trust();
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        world.settle();
        assert.match(trust(), /system:serviceaccount:kube-system:s3-csi-driver-sa/);
        assertDone(await stack.destroy());
        world.settle();
        assert.equal(trust(), former);
        assertSame(stateOf(world), state, "after destroy");
    });

    it("one that EKS refuses in the middle can be left alone afterwards: the move gets on, and back", async () => {
        const { world, state } = storage();
        world.data.outcomes.set(fsxCsi.addonName, "CREATE_FAILED");
        const stack = new MemoryStack(world);
        assert.equal((await stack.up()).kind, "failed");
        assertDone(await stack.up({ dependencies: { fsxCsi: "LeaveAlone" } }));
        world.settle();
        assert.equal(world.data.addons.has(fsxCsi.addonName), false);
        assert.ok(world.data.addons.has(s3Csi.addonName));
        assert.ok(!readyPods(world, "fsx-csi-node").includes("add-on"));
        assert.ok(readyPods(world, "fsx-csi-node").length > 0);
        assertHarmless(world);
        assertDone(await stack.destroy());
        world.settle();
        assertSame(stateOf(world), state, "after destroy");
    });

    it("is killed at every write of the hand-over, and goes on, or goes back", async () => {
        const { world, state } = storage();
        const straight = new MemoryStack(world);
        const { result, killed } = await killedAtEveryWrite(straight, (prepare) =>
            straight.up({}, undefined, prepare),
        );
        assertDone(result);
        world.settle();
        const golden = readyPods(world, "s3-csi-node");
        const { writes } = result.mover;
        const first = writes.findIndex((what) => /s3-csi-node/.test(what));
        assert.ok(first > 0, writes.join("\n"));
        for (const at of killed.filter(({ write }) => write >= first)) {
            // Every combination of moment and way comes by; crashes.test.ts does all of them on the main path.
            const [moment, way] = [
                at.write % 2 ? "before" : "after",
                at.write % 4 < 2 ? "on" : "back",
            ] as const;
            if (at.moment !== moment) continue;
            const stack = backAt(world, at);
            world.settle();
            assertDone(way === "on" ? await stack.up() : await stack.destroy());
            world.settle();
            const where = `${moment} ${at.what} (${at.write}), ${way}`;
            if (way === "back") assertSame(stateOf(world), state, where);
            else assert.deepEqual(readyPods(world, "s3-csi-node"), golden, where);
        }
    });

    it("is killed at every write of the undo, and ends at the start", async () => {
        const { world, state } = storage();
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        world.settle();
        const { result, killed } = await killedAtEveryWrite(stack, (prepare) =>
            stack.destroy(undefined, prepare),
        );
        assertDone(result);
        const last = result.mover.writes.reduce(
            (found, what, index) => (/s3-csi|fsx-csi/.test(what) ? index + 1 : found),
            0,
        );
        assert.ok(last > 0, result.mover.writes.join("\n"));
        for (const at of killed.filter(({ write }) => write <= last)) {
            if (at.moment !== (at.write % 2 ? "after" : "before")) continue;
            const next = backAt(world, at);
            world.settle();
            assertDone(await next.destroy());
            world.settle();
            assertSame(stateOf(world), state, `${at.what} (${at.write})`);
        }
    });
});
