// What colleagues do to a cluster while a move is under way, each with how it is found again afterwards: what changed outside is never lost, and never reverted in silence.
import assert from "node:assert/strict";
import { type AddonStatus, AddonStatus as Status } from "../../../provider/ports/world";
import type { MemoryWorld } from "../memoryWorld";
import { ADDON, RELEASE, TEAM } from "./content";
import { deployment, GROUP } from "./operatorContent";
import { type RecordPayload, recordSecret } from "./releases";
import { decode } from "./serving";

export type Ending = "up" | "destroy";

export interface RivalAct {
    readonly name: string;
    /** Answers whether there was anything to act on. */
    act(world: MemoryWorld): boolean;
    /** Fails when the act is not found any more. */
    assertKept(world: MemoryWorld, ending: Ending, first: Ending): void;
}

const KUBECTL = { manager: "kubectl-edit", operation: "Update" } as const;
const HELM = { manager: "helm", operation: "Update" } as const;
const recordName = (revision: number) => `sh.helm.release.v1.${RELEASE.name}.v${revision}`;
const NEIGHBOUR = "eks-pod-identity-agent";
const NEWER = "v1.4.0-eksbuild.1";

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
        assertKept: (world, ending, first) => {
            if (first === "up" && ending === "up") assert.equal(world.data.addons.get(ADDON)?.version, NEWER);
        },
    },
    {
        name: "console: the add-on deleted, its objects kept",
        act: (world) => askEks(world, "delete", ADDON, world.data.addons.get(ADDON)?.version ?? ""),
        assertKept: () => undefined,
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
        name: "helm upgrade",
        act: (world) => {
            const place = { apiVersion: "v1", kind: "Secret", namespace: RELEASE.namespace };
            const last = world.store.raw({ ...place, name: recordName(2) });
            if (last?.metadata.labels?.owner !== "helm") return false;
            const payload = decode((last.data as { release: string }).release) as RecordPayload;
            // A value that says where the release runs: no add-on needs it.
            const values = { ...payload.values, namePrefix: "hyperpod-inference-operator" };
            world.store.create(
                recordSecret(RELEASE.name, RELEASE.namespace, 3, "deployed", { ...payload, values }),
                HELM,
            );
            world.store.merge(
                { ...place, name: recordName(2) },
                { metadata: { labels: { status: "superseded" } } },
                HELM,
            );
            return true;
        },
        assertKept: (world, ending) => {
            const place = { apiVersion: "v1", kind: "Secret", namespace: RELEASE.namespace };
            const { labels } = world.store.raw({ ...place, name: recordName(3) })?.metadata ?? {};
            assert.ok(labels, "their revision is gone");
            if (ending === "destroy") assert.equal(labels.owner, "helm", "Helm does not see their revision");
        },
    },
    {
        name: "kubectl scale: Helm's load balancer controller",
        act: (world) => {
            const ref = {
                apiVersion: "apps/v1",
                kind: "Deployment",
                namespace: "kube-system",
                name: "hyperpod-inference-operator-alb",
            };
            if (world.store.raw(ref) === undefined) return false;
            world.store.merge(ref, { spec: { replicas: 3 } }, KUBECTL);
            return true;
        },
        assertKept: () => undefined,
    },
];
