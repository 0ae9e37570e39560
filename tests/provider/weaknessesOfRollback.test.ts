// The undo as AWS's script (helm_to_addon.sh) does not know it: each case handled. The W numbers are the list in docs/weaknesses.md; W41 stands in goldenMove.test.ts.
import assert from "node:assert/strict";
import type { StepRecord } from "../../provider/engine/journalDocument";
import { keyOf, refTo } from "../../provider/kubernetes/objectRef";
import type { RoleMemory } from "../../provider/operations/roles/roles";
import type { KubernetesObject, TaggedResource } from "../../provider/ports/world";
import { ADDON, RELEASE, releaseObjects } from "./memory/content";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { backupOf, journalOf } from "./memory/journalOf";
import type { Mover } from "./memory/mover";
import { GROUP, OPERATOR_NAMESPACE } from "./memory/operatorContent";
import { withForeignName } from "./memory/roles";
import { MemoryStack, type Result } from "./memoryStack";

const { world, snapshot, state: start } = startOf();
const by = { manager: "somebody", operation: "Update" } as const;
const deploymentRef = (name: string, namespace: string = RELEASE.namespace) => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace,
    name,
});

function begin(): MemoryStack {
    world.restore(snapshot);
    return new MemoryStack(world);
}

/** Number of the first write of this name in a command that runs through. */
function numberOf({ mover }: Result, what: RegExp): number {
    const index = mover.writes.findIndex((write) => what.test(write));
    assert.ok(index >= 0, `no write ${what} among\n${mover.writes.join("\n")}`);
    return index + 1;
}

function replicasOf(object: KubernetesObject | undefined): number | undefined {
    return (object?.spec as { replicas?: number } | undefined)?.replicas;
}

function memoryOf<Memory>(step: StepRecord | undefined): Memory {
    assert.ok(step);
    return step.memory as Memory;
}

describe("what AWS's script does not keep", () => {
    it("W32: the backup holds every object of the release, the models with their CRDs, replicas, trust policies and the tags it writes over, as they were", async () => {
        const stack = begin();
        const live = new Map(
            releaseObjects({}).map((object) => [keyOf(refTo(object)), world.store.raw(refTo(object))]),
        );
        const models = [...world.data.objects.values()].filter(({ apiVersion }) =>
            apiVersion.startsWith(GROUP),
        );
        const { roles, tags } = world.snapshot();
        assertDone(await stack.up());
        const backup = backupOf(stack);
        const kept = new Map(backup.objects.map((object) => [keyOf(refTo(object)), object]));
        for (const [key, object] of live) {
            assert.ok(object);
            assert.deepEqual(kept.get(key)?.spec, object.spec, key);
            assert.deepEqual(kept.get(key)?.data, object.data, key);
            assert.deepEqual(kept.get(key)?.metadata, object.metadata, key);
        }
        assert.equal(replicasOf(kept.get(keyOf(deploymentRef(`${RELEASE.name}-alb`)))), 3);
        assert.deepEqual(
            backup.customResources.map(({ metadata }) => metadata.uid).sort(),
            models.map(({ metadata }) => metadata.uid).sort(),
        );
        assert.deepEqual(
            backup.records.map(({ metadata }) => metadata.name),
            [1, 2].map((revision) => `sh.helm.release.v1.${RELEASE.name}.v${revision}`),
        );
        const { steps, plan } = journalOf(stack);
        const { roles: keptRoles } = memoryOf<{ roles: readonly RoleMemory[] }>(steps.identities);
        for (const { key, trustPolicy } of keptRoles) {
            const name = plan.identities.find((identity) => identity.key === key)?.roleName ?? "";
            assert.equal(trustPolicy, roles.get(name)?.trustPolicy, key);
        }
        const { former } = memoryOf<{ former: { resource: TaggedResource; tags: object }[] }>(steps.tag);
        assert.ok(keptRoles.length === 3 && former.length === 4);
        // Of other tags nothing is written, so nothing has to be remembered.
        const { key } = plan.tags.tag;
        for (const { resource, tags: before } of former) {
            const { [key]: value } = tags.get(`${resource.kind} ${resource.id}`) ?? {};
            assert.deepEqual(before, value === undefined ? {} : { [key]: value });
        }
        assert.ok(former.some(({ tags: before }) => Object.keys(before).length > 0));
    });

    it("W33: every controller gets the replicas it had, whatever the chart says", async () => {
        world.restore(snapshot);
        const wanted = [
            [deploymentRef("hyperpod-inference-operator-controller-manager", OPERATOR_NAMESPACE), 2],
            [deploymentRef("keda-operator"), 2],
            [deploymentRef("keda-operator-metrics-apiserver"), 4],
            [deploymentRef("keda-admission-webhooks"), 0],
            [deploymentRef(`${RELEASE.name}-alb`), 5],
        ] as const;
        for (const [ref, replicas] of wanted) world.store.merge(ref, { spec: { replicas } }, by);
        const before = stateOf(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        assertDone(await stack.destroy());
        assert.deepEqual(
            wanted.map(([ref]) => replicasOf(world.store.raw(ref))),
            wanted.map(([, replicas]) => replicas),
        );
        assertSame(stateOf(world), before, "after destroy");
    });

    it("W34: the undo is to the current revision in its live form, with all revisions and no new one", async () => {
        world.restore(snapshot);
        const image = "registry.invalid/hyperpod/keda-operator:2.17.1-patched";
        world.store.merge(
            deploymentRef("keda-operator"),
            { spec: { template: { spec: { containers: [{ name: "main", image }] } } } },
            by,
        );
        const before = stateOf(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        assert.equal(world.store.raw(deploymentRef("keda-operator")), undefined, "Helm's Deployment is gone");
        assertDone(await stack.destroy());
        const records = world.store.list("v1", "Secret", { labelSelector: "owner=helm" });
        assert.deepEqual(
            records.map(({ metadata }) => [metadata.labels?.version, metadata.labels?.status]),
            [
                ["1", "superseded"],
                ["2", "deployed"],
            ],
        );
        assertSame(stateOf(world), before, "after destroy");
    });
});

describe("what AWS's script takes back in the wrong order, or not at all", () => {
    it("W35: EKS lets go of the add-on first, its controllers end, Helm's objects come back, and roles go last", async () => {
        world.restore(snapshot);
        withForeignName(world);
        const before = stateOf(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        let atStop: unknown;
        let atRoles: unknown;
        const podsOfAddon = () =>
            world.store
                .all("Pod", OPERATOR_NAMESPACE)
                .filter(({ metadata }) => metadata.labels?.app === "hyperpod-inference-alb").length;
        const destroy = await stack.destroy(undefined, (mover: Mover) => {
            mover.onWrite = (number) => {
                const write = mover.writes[number - 1] ?? "";
                if (/^merge Deployment hyperpod-inference-system/.test(write))
                    atStop ??= [world.data.addons.has(ADDON), podsOfAddon()];
                if (/^(trust of|detach|delete role)/.test(write))
                    atRoles ??= [world.data.addons.has(ADDON), podsOfAddon()];
            };
        });
        assertDone(destroy);
        assert.deepEqual(
            atStop,
            [false, 2],
            "the add-on is deleted and awaited before anything of it is touched",
        );
        assert.deepEqual(atRoles, [false, 0], "no pod of the add-on is left when roles change");
        const helms = numberOf(destroy, /^replace ClusterRoleBinding keda-operator/);
        assert.ok(numberOf(destroy, /^remove add-on/) < helms);
        assert.ok(helms < numberOf(destroy, /^delete role SageMakerHyperPodInference-team-operator/));
        assertSame(stateOf(world), before, "after destroy");
    });

    it("W36: what the add-on had pointed at its own services points at Helm's again, and every request is answered", async () => {
        const targets = () => {
            const names =
                /^(InferenceEndpoint|inferenceendpointconfigs|alb-webhook|keda-admission|v1beta1\.external|keda-operator)/;
            return [...world.data.objects.values()]
                .filter(
                    ({ kind, metadata }) =>
                        names.test(metadata.name) &&
                        /^(CustomResourceDefinition|.*WebhookConfiguration|APIService|.*Binding)$/.test(kind),
                )
                .flatMap(({ kind, metadata, spec, webhooks, subjects }: KubernetesObject) =>
                    placesIn({ spec, webhooks, subjects }).map(
                        (place) => `${kind} ${metadata.name}: ${place}`,
                    ),
                )
                .sort();
        };
        const stack = begin();
        const helms = targets();
        assertDone(await stack.up());
        const addons = targets();
        assert.equal(helms.length, 7);
        assert.equal(addons.length, 7);
        assert.deepEqual(
            helms.filter((target) => addons.includes(target)),
            [],
        );
        assertDone(await stack.destroy());
        assert.deepEqual(targets(), helms);
        assertSame(stateOf(world), start, "after destroy");
        assert.equal(
            world.store.list(`${GROUP}/v1alpha1`, "InferenceEndpointConfig").length,
            2,
            "conversion works",
        );
        assertHarmless(world);
    });

    it("W38: an add-on that was asked for right before a crash is known to the undo, once it is there or not", async () => {
        const create = numberOf(await begin().up(), new RegExp(`^create add-on ${ADDON}`));
        for (const moment of ["before", "after"] as const) {
            const stack = begin();
            assert.equal((await stack.up({}, { write: create, moment, kind: "crash" })).kind, "crashed");
            assert.equal(stack.resource, undefined, "the engine was told nothing");
            assert.equal(world.data.addons.has(ADDON), moment === "after");
            assertDone(await stack.destroy());
            assert.equal(world.data.addons.has(ADDON), false);
            assertSame(stateOf(world), start, `crash ${moment} CreateAddon`);
        }
    });
});

describe("where AWS's rollback dies without a word", () => {
    it("W39: a detach that fails ends the undo with an error and a resource that stays; the next destroy ends at the start", async () => {
        world.restore(snapshot);
        withForeignName(world);
        const before = stateOf(world);
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const [moved, saved] = [world.snapshot(), stack.save()];
        const write = numberOf(await stack.destroy(), /^detach all of/);
        world.restore(moved);
        stack.load(saved);
        const { kind, message } = await stack.destroy({ write, moment: "before", kind: "fail" });
        assert.equal(kind, "failed");
        assert.match(message, /^undo identities: .*detach all of.*\[HP240\]\nnext: .*pulumi destroy/);
        assert.ok(stack.resource, "the resource stays in the state");
        assertDone(await stack.destroy());
        assertSame(stateOf(world), before, "after the second destroy");
    });

    it("W40: an error names the step it happened in, a code and the next command, in the move and in its undo", async () => {
        const writes = [
            [/^tag /, "tag"],
            [/^create add-on amazon/, "install"],
            [/^remove Deployment/, "retireHelm"],
        ] as const;
        const straight = begin();
        const up = await straight.up();
        for (const [what, step] of writes) {
            const { message } = await begin().up(
                {},
                { write: numberOf(up, what), moment: "before", kind: "fail" },
            );
            assert.match(
                message,
                new RegExp(`^${step}: .*Rate exceeded.* \\[HP240\\]\\nnext: .*\`pulumi up\``),
            );
        }
        const moved = begin();
        assertDone(await moved.up());
        const [there, saved] = [world.snapshot(), moved.save()];
        const down = await moved.destroy();
        for (const [what, step] of [
            [/^remove add-on amazon/, "undo install"],
            [/^tag /, "undo tag"],
        ] as const) {
            world.restore(there);
            moved.load(saved);
            const write = numberOf(down, what);
            const { message } = await moved.destroy({ write, moment: "before", kind: "fail" });
            assert.match(
                message,
                new RegExp(`^${step}: .*Rate exceeded.* \\[HP240\\]\\nnext: .*\`pulumi destroy\``),
            );
        }
    });

    it("W40: a wait that several steps share tells the step that waited", async () => {
        const stack = begin();
        assertDone(await stack.up());
        world.data.broken.add("keda-metrics-apiserver:2.17.1");
        const { message } = await stack.destroy();
        assert.match(
            message,
            /^undo scaleDown: waited 600 s \[HP222\]\nwhy: .*keda-operator-metrics-apiserver.*\nnext: look at the pods/s,
        );
    });
});

/** "namespace/name" of everything that requests or rights are given to. */
function placesIn(value: unknown): string[] {
    if (typeof value !== "object" || value === null) return [];
    const { name, namespace } = value as { name?: unknown; namespace?: unknown };
    const own = typeof name === "string" && typeof namespace === "string" ? [`${namespace}/${name}`] : [];
    return [...own, ...Object.values(value).flatMap(placesIn)];
}
