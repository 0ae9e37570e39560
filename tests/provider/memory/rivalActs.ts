// What colleagues do to a cluster while a move is under way, each with how it is found again afterwards: what changed outside is never lost, and never reverted in silence.
import assert from "node:assert/strict";
import {
    type AddonStatus,
    type KubernetesObject,
    AddonStatus as Status,
} from "../../../provider/ports/world";
import type { MemoryWorld } from "../memoryWorld";
import { ALB, byHand } from "./colleague";
import { ADDON, TEAM } from "./content";
import { helmActs } from "./helmActs";
import { keyOfObject } from "./kinds";
import { deployment, GROUP, OPERATOR_NAMESPACE } from "./operatorContent";
import type { RivalAct } from "./rivalAct";

const KUBECTL = { manager: "kubectl-edit", operation: "Update" } as const;
const NEIGHBOUR = "eks-pod-identity-agent";
const NEWER = "v1.4.0-eksbuild.1";
/** Another number than the release's. */
const COLLEAGUES_REPLICAS = 2;

const model = (name: string) => ({
    apiVersion: `${GROUP}/v1`,
    kind: "InferenceEndpointConfig",
    namespace: TEAM,
    name,
});
const specOf = (world: MemoryWorld, name: string) =>
    world.store.raw(model(name))?.spec as Record<string, unknown> | undefined;

/** As the console does it: EKS works on it from now on. */
function askEks(
    world: MemoryWorld,
    kind: "create" | "update" | "delete",
    name: string,
    version: string,
): boolean {
    const { addons, now } = world.data;
    const there = addons.get(name);
    if ((kind === "create") !== (there === undefined) || there?.work !== undefined) return false;
    const status = { create: Status.Creating, update: Status.Updating, delete: Status.Deleting }[kind];
    addons.set(name, {
        ...(there ?? { name, configurationValues: "", issues: [], tags: {}, token: "console", updates: {} }),
        version,
        status: status as AddonStatus,
        work: { kind, startedAt: now, preserve: kind === "delete", applied: 0, mode: "OVERWRITE" },
    });
    world.data.wakeUps.add(now);
    return true;
}

/** With all that is in it; nothing holds it. */
function deleteNamespace(world: MemoryWorld, name: string): boolean {
    const { store, data } = world;
    if (store.raw({ apiVersion: "v1", kind: "Namespace", name }) === undefined) return false;
    for (const object of data.objects.values())
        if (object.metadata.namespace === name) data.guarded.delete(keyOfObject(object));
    byHand(world, () =>
        store.erase(store.raw({ apiVersion: "v1", kind: "Namespace", name }) as KubernetesObject),
    );
    return true;
}

export const rivalActs: readonly RivalAct[] = [
    {
        name: "console: another add-on created",
        act: (world) => askEks(world, "create", NEIGHBOUR, "v1.3.4-eksbuild.1"),
        assertKept: (world) => {
            assert.equal(world.data.addons.get(NEIGHBOUR)?.status, "ACTIVE");
            const ref = {
                apiVersion: "apps/v1",
                kind: "Deployment",
                namespace: "kube-system",
                name: `${NEIGHBOUR}-addon`,
            };
            assert.ok(world.store.raw(ref), "what the other add-on brought is gone");
        },
    },
    {
        name: "console: the add-on upgraded",
        act: (world) => askEks(world, "update", ADDON, NEWER),
        // An undo takes the add-on away, and a move that follows it plans anew.
        assertKept: (world, { ending, first }) => {
            if (first === "up" && ending === "up") assert.equal(world.data.addons.get(ADDON)?.version, NEWER);
        },
    },
    {
        name: "console: the add-on deleted, its objects kept",
        act: (world) => askEks(world, "delete", ADDON, world.data.addons.get(ADDON)?.version ?? ""),
        assertKept: (world, { first, ending, told }) => {
            if (ending === "destroy") assert.equal(world.data.addons.has(ADDON), false);
            else {
                assert.equal(world.data.addons.get(ADDON)?.status, "ACTIVE");
                // An undo takes it away as well, and a move that follows it makes another one.
                if (first === "up")
                    assert.match(told, /add-on (\S+ )?is (gone|DELETING)/, "made again in silence");
            }
        },
    },
    {
        name: "kubectl: a model edited",
        act: (world) => {
            world.store.merge(model("llama8b"), { spec: { instanceType: "ml.g6.12xlarge" } }, KUBECTL);
            return true;
        },
        assertKept: (world) => assert.equal(specOf(world, "llama8b")?.instanceType, "ml.g6.12xlarge"),
    },
    {
        name: "kubectl: a model created",
        act: (world) => {
            const { namespace, name, ...kind } = model("new");
            const spec = { modelName: name, instanceType: "ml.g5.8xlarge" };
            world.store.create({ ...kind, metadata: { name, namespace }, spec }, KUBECTL);
            return true;
        },
        assertKept: (world) => assert.equal(specOf(world, "new")?.modelName, "new"),
    },
    {
        name: "kubectl: a model deleted",
        act: (world) => {
            world.store.merge(model("qwen7b"), { metadata: { finalizers: null } }, KUBECTL);
            world.data.guarded.delete(`${GROUP}/InferenceEndpointConfig ${TEAM}/qwen7b`);
            world.store.remove(model("qwen7b"));
            return true;
        },
        assertKept: (world) => assert.equal(specOf(world, "qwen7b"), undefined, "the deleted model is back"),
    },
    {
        name: "kubectl: an annotation on an object that both generations have",
        act: (world) => {
            const ref = {
                apiVersion: "rbac.authorization.k8s.io/v1",
                kind: "ClusterRole",
                name: "keda-operator",
            };
            world.store.merge(ref, { metadata: { annotations: { "acme/audited": "yes" } } }, KUBECTL);
            return true;
        },
        assertKept: (world) => {
            const ref = {
                apiVersion: "rbac.authorization.k8s.io/v1",
                kind: "ClusterRole",
                name: "keda-operator",
            };
            assert.equal(world.store.raw(ref)?.metadata.annotations?.["acme/audited"], "yes");
        },
    },
    {
        name: "kubectl: a Deployment of their own beside the add-on's",
        act: (world) => {
            const namespace = "hyperpod-inference-system";
            world.store.create(deployment(namespace, "dashboard", "dashboard:1", 1, "default"), KUBECTL);
            return true;
        },
        assertKept: (world) => {
            const ref = {
                apiVersion: "apps/v1",
                kind: "Deployment",
                namespace: "hyperpod-inference-system",
                name: "dashboard",
            };
            assert.ok(world.store.raw(ref), "their Deployment is gone");
        },
    },
    {
        name: "kubectl scale: Helm's load balancer controller",
        startsHelms: true,
        act: (world) => {
            if (world.store.raw(ALB) === undefined) return false;
            world.store.merge(ALB, { spec: { replicas: COLLEAGUES_REPLICAS } }, KUBECTL);
            return true;
        },
        assertKept: (world, { ending, told }) => {
            if (ending === "up") return;
            const { replicas } = (world.store.raw(ALB)?.spec ?? {}) as { replicas?: number };
            if (replicas !== COLLEAGUES_REPLICAS)
                assert.match(told, /kubectl-edit/, `${replicas} replicas, and nobody was told`);
        },
    },
    {
        name: "kubectl: the controllers' namespace deleted",
        takesControllers: true,
        act: (world) => deleteNamespace(world, OPERATOR_NAMESPACE),
        // Whoever serves needs it, so it is made again, and that is told; before the backup nothing was known of it.
        assertKept: (_, { told, isOutside }) => {
            const isTold = new RegExp(
                `somebody deleted .*${OPERATOR_NAMESPACE}|made again: .*${OPERATOR_NAMESPACE}`,
            );
            if (!isOutside) assert.match(told, isTold);
        },
    },
    {
        name: "kubectl: the models' namespace deleted",
        act: (world) => deleteNamespace(world, TEAM),
        assertKept: (world) => assert.equal(specOf(world, "qwen7b"), undefined, "deleted models are back"),
    },
    ...helmActs,
];
