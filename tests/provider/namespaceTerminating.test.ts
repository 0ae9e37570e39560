// Somebody deletes the namespace of the controllers, and something holds it: every wait ends, with an error that names the namespace and what holds it; once it is gone, the undo makes it again.
import assert from "node:assert/strict";
import { MigrationStep } from "../../provider/plan/plan";
import type { KubernetesObject } from "../../provider/ports/world";
import { ALB, byHand, deleteNamespace as deleteAll } from "./memory/colleague";
import { ADDON } from "./memory/content";
import { assertDone, startOf, stateOf } from "./memory/expectations";
import type { Mover } from "./memory/mover";
import { GROUP, OPERATOR_NAMESPACE } from "./memory/operatorContent";
import { MemoryStack, type Result } from "./memoryStack";

const { world, snapshot, state: start } = startOf();
const by = { manager: "kubectl", operation: "Update" } as const;
const NAMESPACE = { apiVersion: "v1", kind: "Namespace", name: OPERATOR_NAMESPACE };
const EXTERNAL_METRICS = {
    apiVersion: "apiregistration.k8s.io/v1",
    kind: "APIService",
    name: "v1beta1.external.metrics.k8s.io",
};
const DELETED_API =
    /nobody answers for external.metrics.k8s.io\/v1beta1 any more, and Kubernetes holds Namespace hyperpod-inference-system .* is deleted now/;
/** Put there by the API server when a CRD is deleted, under nobody's name. */
const CLEAN_UP = "customresourcecleanup.apiextensions.k8s.io";
const CRD_STATUS = {
    conditions: [
        { type: "NamesAccepted", status: "True", message: "no conflicts found" },
        { type: "Terminating", status: "True", message: "CustomResource deletion is in progress" },
    ],
};
const HOLDER = "example.com/clean-up";
const TOLD = new RegExp(
    `somebody deleted Namespace ${OPERATOR_NAMESPACE}, and it is not gone yet \\[HP234\\]\\nwhy: .*held by .*finalizers ${HOLDER}\\nnext: .*pulumi destroy`,
);

function begin(): MemoryStack {
    world.restore(snapshot);
    return new MemoryStack(world);
}

/** What is in it goes at once, the namespace when its holder lets go. */
function deleteNamespace(): void {
    byHand(world, () => {
        world.store.merge(NAMESPACE, { metadata: { finalizers: [HOLDER] } }, by);
        world.store.remove(NAMESPACE);
        for (const object of [...world.data.objects.values()])
            if (object.metadata.namespace === OPERATOR_NAMESPACE && object.kind !== "Pod")
                world.store.erase(object);
    });
}

function letGo(): void {
    byHand(world, () => {
        if (world.store.raw(NAMESPACE)?.metadata.deletionTimestamp !== undefined)
            world.store.merge(NAMESPACE, { metadata: { finalizers: null } }, by);
    });
}

function failed({ kind, message }: Result): string {
    assert.equal(kind, "failed", message);
    return message;
}

/** Renewals of the lock go on during a wait. */
function atLease(count: number, act: () => void): (mover: Mover) => void {
    return (mover) => {
        let seen = 0;
        mover.onWrite = (number) => {
            if (/ Lease /.test(mover.writes[number - 1] ?? "") && ++seen === count) act();
        };
    };
}

/** Helm's controllers outside of the namespace. */
const HELMS_OUTSIDE = running();
const NOT_YET =
    /Helm's kube-system\/.* run again before the rest is undone; not yet hyperpod-inference-system\/hyperpod-inference-operator-controller-manager/;

function running(): string[] {
    return world.store
        .all("Deployment", "kube-system")
        .filter(({ metadata }) => /keda|alb/.test(metadata.name))
        .filter(({ spec }) => (spec as { replicas?: number }).replicas !== 0)
        .map(({ metadata }) => metadata.name)
        .sort();
}

function servingOutside(): string[] {
    world.settle();
    assert.deepEqual(world.data.violations, [], "never two generations");
    return running();
}

function assertBack(): void {
    const now = stateOf(world);
    const missing = Object.keys(start).filter((key) => !(key in now));
    assert.deepEqual(missing, []);
    assert.equal(world.store.raw(NAMESPACE)?.metadata.deletionTimestamp, undefined);
    assert.equal(world.data.addons.has(ADDON), false);
}

describe("a namespace that is being deleted", function () {
    this.timeout(120_000);

    for (const until of [
        MigrationStep.ScaleDown,
        MigrationStep.Install,
        MigrationStep.Verify,
        MigrationStep.RetireHelm,
    ])
        it(`after ${until}: up and destroy end and name it; once it is gone, destroy brings it back`, async () => {
            const stack = begin();
            assertDone(await stack.up({ until }));
            deleteNamespace();
            const began = world.data.now;
            // A destroy by itself has them serve as well.
            if (until !== MigrationStep.Verify) assert.match(failed(await stack.up()), TOLD);
            assert.match(failed(await stack.destroy()), TOLD);
            assert.deepEqual(
                servingOutside(),
                HELMS_OUTSIDE,
                "Helm's in other namespaces do not wait for it",
            );
            assert.match(stack.warnings.join("\n"), NOT_YET);
            assert.ok(world.data.now - began < 10 * 60_000, `${(world.data.now - began) / 1000} s`);
            letGo();
            assertDone(await stack.destroy());
            assertBack();
        });

    it("while the add-on is awaited, and EKS says nothing: the wait ends long before its time is over", async () => {
        const stack = begin();
        world.data.outcomes.set(ADDON, "NEVER");
        let deletedAt = 0;
        let undoneAt = 0;
        const up = await stack.up({}, undefined, (mover) => {
            let renewals = 0;
            mover.onWrite = () => {
                const last = mover.writes[mover.writes.length - 1] ?? "";
                if (/^remove add-on/.test(last)) undoneAt ||= world.data.now;
                if (!mover.writes.some((write) => /^create add-on/.test(write))) return;
                if (/ Lease /.test(last) && ++renewals === 15) {
                    deleteNamespace();
                    deletedAt = world.data.now;
                }
            };
        });
        assert.match(failed(up), TOLD);
        assert.ok(deletedAt > 0 && undoneAt - deletedAt < 30_000, `${(undoneAt - deletedAt) / 1000} s`);
        world.data.outcomes.clear();
        letGo();
        assertDone(await stack.destroy());
        assertBack();
    });

    it("and goes while the undo waits: the undo goes on by itself", async () => {
        const stack = begin();
        assertDone(await stack.up({ until: MigrationStep.Verify }));
        deleteNamespace();
        assertDone(await stack.destroy(undefined, atLease(6, letGo)));
        assertBack();
    });

    for (const until of [MigrationStep.ScaleDown, MigrationStep.Verify, undefined])
        it(`held by Kubernetes, because an aggregated API of the move went with it, after ${until ?? "the whole move"}: destroy gets on by itself`, async () => {
            const stack = begin();
            assertDone(await stack.up(until === undefined ? {} : { until }));
            deleteAll(world, OPERATOR_NAMESPACE);
            assert.ok(world.store.raw(NAMESPACE), "nothing holds it");
            assertDone(await stack.destroy());
            assertBack();
            assert.match(stack.warnings.join("\n"), DELETED_API);
        });

    it("held because of an aggregated API that a person changed: it stays, and is told", async () => {
        const stack = begin();
        assertDone(await stack.up({ until: MigrationStep.Verify }));
        byHand(world, () => world.store.merge(EXTERNAL_METRICS, { spec: { groupPriorityMinimum: 7 } }, by));
        deleteAll(world, OPERATOR_NAMESPACE);
        assert.match(failed(await stack.destroy()), /\[HP234\]\nwhy: .*external.metrics.k8s.io/);
        assert.equal(
            (world.store.raw(EXTERNAL_METRICS) as unknown as { spec: { groupPriorityMinimum: number } }).spec
                .groupPriorityMinimum,
            7,
        );
    });

    it("a Deployment of Helm's that a finalizer of somebody's holds since it was retired: the undo waits for it, and makes it anew", async () => {
        const stack = begin();
        world.store.merge(ALB, { metadata: { finalizers: [HOLDER] } }, by);
        assertDone(await stack.up());
        assert.ok(world.store.raw(ALB)?.metadata.deletionTimestamp !== undefined);
        assert.match(
            failed(await stack.destroy()),
            new RegExp(
                `^undo retireHelm: .*Deployment ${ALB.name}, and it is not gone yet \\[HP234\\]\nwhy: .*${HOLDER}`,
            ),
        );
        assert.equal(world.data.addons.get(ADDON)?.status, "ACTIVE", "the add-on serves until then");
        byHand(world, () => void world.store.merge(ALB, { metadata: { finalizers: null } }, by));
        assertDone(await stack.destroy());
        world.settle();
        assert.equal(world.store.raw(ALB)?.metadata.deletionTimestamp, undefined, "it would go again");
        assert.ok(world.store.raw(ALB));
    });

    it("a CRD too: it is made again with its models when its last resource is let go", async () => {
        const crd = {
            apiVersion: "apiextensions.k8s.io/v1",
            kind: "CustomResourceDefinition",
            name: `jumpstartmodels.${GROUP}`,
        };
        const stack = begin();
        assertDone(await stack.up({ until: MigrationStep.Verify }));
        byHand(world, () => {
            world.store.merge(crd, { metadata: { finalizers: [HOLDER] } }, by);
            world.store.remove(crd);
        });
        const message = failed(await stack.destroy());
        assert.match(
            message,
            /^undo backUp: somebody deleted CustomResourceDefinition jumpstartmodels.*\[HP234\]/,
        );
        byHand(world, () => void world.store.merge(crd, { metadata: { finalizers: null } }, by));
        assert.equal(world.store.all("JumpStartModel").length, 0);
        assertDone(await stack.destroy());
        assert.equal(world.store.all("JumpStartModel").length, 1);
    });

    it("a CRD that Kubernetes itself holds for its models, which are being deleted: they go with it, and none is left half deleted", async () => {
        const plural = `jumpstartmodels.${GROUP}`;
        const crd = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", name: plural };
        const server = { manager: "kube-apiserver", operation: "Update" } as const;
        const [model] = world.store.all("JumpStartModel");
        assert.ok(model);
        const { name, namespace = "" } = model.metadata;
        const ref = { apiVersion: model.apiVersion, kind: model.kind, namespace, name };
        const stack = begin();
        assertDone(await stack.up({ until: MigrationStep.Verify }));
        byHand(world, () => {
            world.store.merge(ref, { metadata: { finalizers: [`${GROUP}/finalizer`] } }, by);
            world.store.merge(crd, { metadata: { finalizers: [CLEAN_UP] } }, server);
            world.store.status(world.store.raw(crd) as KubernetesObject, server.manager, CRD_STATUS);
            world.store.remove(crd);
            world.store.remove(ref);
        });
        assert.match(
            failed(await stack.destroy()),
            /CustomResourceDefinition jumpstartmodels.*\[HP234\]\nwhy: .* is held by CustomResource deletion is in progress; finalizers/,
        );
        assert.deepEqual(world.store.raw(crd)?.metadata.finalizers, [CLEAN_UP]);
        byHand(world, () => {
            world.store.merge(ref, { metadata: { finalizers: null } }, by);
            world.store.merge(crd, { metadata: { finalizers: null } }, server);
        });
        assertDone(await stack.destroy());
        assert.equal(world.store.raw(crd)?.metadata.deletionTimestamp, undefined);
        assert.ok(world.store.raw(ref));
        assert.equal(world.store.raw(ref)?.metadata.deletionTimestamp, undefined);
    });
});
