// Another EKS add-on is made in the same minutes: EKS applies both as one field manager, and the undo takes nothing of the other's away.
import assert from "node:assert/strict";
import { ownAmong } from "../../provider/operations/addon/ownership";
import type { KubernetesObject, ObjectRef } from "../../provider/ports/world";
import { hyperPodInference } from "../../provider/profiles/hyperPodInference";
import { connectWith } from "./memory/connectWith";
import { storage } from "./memory/dependencyContent";
import { assertDone, assertHarmless, assertSame, startOf, stateOf } from "./memory/expectations";
import { deployment } from "./memory/operatorContent";
import { MemoryStack } from "./memoryStack";
import type { MemoryWorld } from "./memoryWorld";

const RBAC = "rbac.authorization.k8s.io/v1";
const account = (name: string): KubernetesObject => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace: "kube-system" },
});
const others: KubernetesObject[] = [
    account("ebs-csi-controller-sa"),
    deployment("kube-system", "ebs-csi-controller", "ebs:1", 2, "ebs-csi-controller-sa"),
    { apiVersion: RBAC, kind: "ClusterRole", metadata: { name: "ebs-external-provisioner-role" }, rules: [] },
    {
        apiVersion: RBAC,
        kind: "ClusterRoleBinding",
        metadata: { name: "ebs-csi-provisioner-binding" },
        roleRef: {
            apiGroup: "rbac.authorization.k8s.io",
            kind: "ClusterRole",
            name: "ebs-external-provisioner-role",
        },
        subjects: [{ kind: "ServiceAccount", name: "ebs-csi-controller-sa", namespace: "kube-system" }],
    },
];
const isOthers = (key: string) => /ebs-/.test(key);

function othersIn(world: MemoryWorld): string[] {
    const live = others.filter(({ apiVersion, kind, metadata }) =>
        world.store.raw({ apiVersion, kind, ...metadata }),
    );
    return live.map(({ kind }) => kind);
}

/** EKS applies the other add-on when the progress says so. */
function watched(world: MemoryWorld, when: RegExp): MemoryStack {
    const stack = new MemoryStack(world);
    const { progress } = stack.log;
    let isMade = false;
    stack.log.progress = (line) => {
        if (!isMade && when.test(line)) {
            isMade = true;
            for (const object of others) world.store.apply(object, "eks");
        }
        progress(line);
    };
    return stack;
}

describe("an add-on of others that is made while the move runs", function () {
    this.timeout(60_000);

    it("keeps its objects when the move is undone, and they are told", async () => {
        const { world, state } = startOf();
        const stack = watched(world, / install: add-on CREATING/);
        assertDone(await stack.up());
        assert.match(stack.warnings.join("\n"), /nothing proves.*Deployment kube-system\/ebs-csi-controller/);
        assert.doesNotMatch(stack.warnings.join("\n"), /keda|alb|hyperpod-inference-(controller|manager)/);
        assertDone(await stack.destroy());
        assert.equal(othersIn(world).length, others.length);
        assertSame(stateOf(world), state, "the rest", ({ key }) => isOthers(key));
        assertHarmless(world);
    });

    it("keeps its objects when the move was killed before its add-on was ACTIVE", async () => {
        const { world, snapshot, state } = startOf();
        const whole = await new MemoryStack(world).up();
        const write = whole.mover.writes.findIndex((what) => /^create add-on amazon/.test(what)) + 2;
        world.restore(snapshot);
        const stack = watched(world, / install: add-on CREATING/);
        assert.equal((await stack.up({}, { write, moment: "before", kind: "crash" })).kind, "crashed");
        assert.equal(othersIn(world).length, others.length);
        assertDone(await stack.destroy());
        assert.equal(othersIn(world).length, others.length);
        assertSame(stateOf(world), state, "the rest", ({ key }) => isOthers(key));
    });

    it("keeps its objects when it is made beside a dependency", async () => {
        const { world, snapshot, state } = storage();
        for (const when of [
            / dependencies: .*S3 CSI driver: add-on/,
            / dependencies: .*FSx CSI driver: add-on/,
        ]) {
            world.restore(snapshot);
            const stack = watched(world, when);
            assertDone(await stack.up());
            assert.equal(othersIn(world).length, others.length);
            assertDone(await stack.destroy());
            assert.equal(othersIn(world).length, others.length);
            assertSame(stateOf(world), state, "the rest", ({ key }) => isOthers(key));
        }
    });

    it("made again under the name of an object of ours: that one is not deleted", async () => {
        const { world } = startOf();
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const ref = { apiVersion: RBAC, kind: "ClusterRole", name: "hyperpod-inference-manager-role" };
        world.store.remove(ref);
        world.store.create(
            { apiVersion: RBAC, kind: "ClusterRole", metadata: { name: ref.name }, rules: [] },
            { manager: "kubectl-create", operation: "Update" },
        );
        assertDone(await stack.destroy());
        assert.ok(world.store.raw(ref), "a colleague's object of the same name");
    });

    it("every deletion of what the add-on made carries the UID that was proved", async () => {
        const { world } = startOf();
        const stack = new MemoryStack(world);
        assertDone(await stack.up());
        const withoutUid: string[] = [];
        const connect = connectWith((connection) => {
            const { objects } = connection.world;
            const remove = objects.remove.bind(objects);
            Object.assign(objects, {
                remove: (ref: ObjectRef, options?: { uid?: string }) => {
                    // The journal's own Secrets are known by their labels.
                    if (options?.uid === undefined && !ref.name.startsWith("pulumi-hyperpod-migration-"))
                        withoutUid.push(`${ref.kind} ${ref.name}`);
                    return remove(ref, options);
                },
            });
            return connection;
        });
        const again = new MemoryStack(world, { clusterName: "demo" }, true, connect);
        again.load(stack.save());
        assertDone(await again.destroy());
        assert.deepEqual(withoutUid, []);
    });
});

describe("what proves that an object is the add-on's", () => {
    const names = (objects: readonly KubernetesObject[], addons: readonly string[] = []) =>
        ownAmong(objects, hyperPodInference, addons)
            .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
            .sort();
    const place = "hyperpod-inference-system";

    it("names, its namespace, and links to what is proved; a role that others bind too is nobody's", () => {
        const role = (name: string): KubernetesObject => ({
            apiVersion: RBAC,
            kind: "ClusterRole",
            metadata: { name },
        });
        const binding = (name: string, to: string, namespace: string): KubernetesObject => ({
            apiVersion: RBAC,
            kind: "ClusterRoleBinding",
            metadata: { name },
            roleRef: { kind: "ClusterRole", name: to },
            subjects: [{ kind: "ServiceAccount", name: "x", namespace }],
        });
        assert.deepEqual(
            names([
                role("keda-thing"),
                role("shared"),
                role("hyperpod-inference-manager-role"),
                role("stranger"),
                binding("b1", "keda-thing", place),
                binding("b2", "shared", place),
                binding("b3", "shared", "kube-system"),
            ]),
            [
                "ClusterRole hyperpod-inference-manager-role",
                "ClusterRole keda-thing",
                "ClusterRoleBinding b1",
                "ClusterRoleBinding b2",
            ],
        );
    });

    it("what carries another add-on's name is that one's, also in the same namespace", () => {
        const foreign = {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "settings", namespace: place, labels: { "app.kubernetes.io/name": "adot" } },
        };
        assert.deepEqual(names([foreign], ["adot"]), []);
        assert.deepEqual(names([foreign]), ["ConfigMap settings"]);
    });
});
