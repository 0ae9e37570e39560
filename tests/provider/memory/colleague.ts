// What a colleague does with helm and kubectl at any moment of a move, as those tools do it. Answers false where the tool would refuse.
import { refTo } from "../../../provider/kubernetes/objectRef";
import type { KubernetesObject, ObjectRef } from "../../../provider/ports/world";
import type { MemoryWorld } from "../memoryWorld";
import { RELEASE } from "./content";
import { keyOfObject } from "./kinds";
import type { RecordPayload } from "./releases";
import { decode } from "./serving";
import { OF_NAMESPACES } from "./store";

const HELM = { manager: "helm", operation: "Update" } as const;
const KUBECTL = { manager: "kubectl-edit", operation: "Update" } as const;
export const HOTFIX = "registry.invalid/hotfix:1";

export const ALB: ObjectRef = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace: RELEASE.namespace,
    name: `${RELEASE.name}-alb`,
};
const KEDA_ROLE: ObjectRef = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    name: "keda-operator",
};

/** Records that helm finds, oldest first. */
export function recordsSeenByHelm({ store }: MemoryWorld): KubernetesObject[] {
    return store
        .list("v1", "Secret", {
            namespace: RELEASE.namespace,
            labelSelector: `owner=helm,name=${RELEASE.name}`,
        })
        .sort((a, b) => Number(a.metadata.labels?.version) - Number(b.metadata.labels?.version));
}

/** `helm upgrade --set image=… --set memory=…`: another revision, and other objects. */
export function helmUpgrade(world: MemoryWorld): boolean {
    const { store } = world;
    const newest = recordsSeenByHelm(world).pop();
    if (newest === undefined) return false;
    const revision = String(Number(newest.metadata.labels?.version) + 1);
    const { namespace } = RELEASE;
    const secret = (name: string) => ({ apiVersion: "v1", kind: "Secret", namespace, name });
    const next = newest.metadata.name.replace(/\d+$/, revision);
    // Helm gives up where it meets a record that it does not see.
    if (store.raw(secret(next)) !== undefined) return false;
    store.merge(secret(newest.metadata.name), { metadata: { labels: { status: "superseded" } } }, HELM);
    store.create(
        {
            apiVersion: "v1",
            kind: "Secret",
            metadata: {
                name: next,
                namespace,
                labels: { ...newest.metadata.labels, version: revision, status: "deployed" },
            },
            type: "helm.sh/release.v1",
            data: newest.data,
        },
        HELM,
    );
    const template = { spec: { containers: [{ name: "main", image: HOTFIX }] } };
    patch(world, ALB, { spec: { template } });
    patch(world, KEDA_ROLE, { metadata: { labels: { "helm-revision": revision } } });
    return true;
}

function patch(
    { store }: MemoryWorld,
    ref: ObjectRef,
    change: object,
    by: typeof HELM | typeof KUBECTL = HELM,
): void {
    if (store.raw(ref) !== undefined) store.merge(ref, change, by);
}

/** `kubectl scale` and `kubectl label`. */
export function scaleAndLabel(world: MemoryWorld, replicas = 5): boolean {
    patch(world, ALB, { spec: { replicas } }, KUBECTL);
    patch(world, KEDA_ROLE, { metadata: { labels: { owner: "colleague" } } }, KUBECTL);
    return true;
}

/** `helm uninstall`: every object of the manifest goes, the namespace and the CRDs with all that is in them, and the records last. */
export function helmUninstall(world: MemoryWorld): boolean {
    const records = recordsSeenByHelm(world);
    const newest = records[records.length - 1];
    if (newest === undefined) return false;
    const { objects } = decode((newest.data as Record<string, string>).release) as RecordPayload;
    byHand(world, () => {
        for (const { apiVersion, kind, metadata } of [...objects, ...records])
            remove(world, {
                apiVersion,
                kind,
                name: metadata.name,
                ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
            });
    });
    return true;
}

/** Somebody deletes what nobody of ours ever may. */
export function byHand(world: MemoryWorld, act: () => void): void {
    const before = [...world.data.violations];
    act();
    world.data.violations = before;
}

function remove({ store }: MemoryWorld, ref: ObjectRef): void {
    store.remove(ref);
}

/** `kubectl delete secret`: the journal's, or those of its backup alone. What a finalizer keeps stays. */
export function deleteJournal(world: MemoryWorld, which: RegExp = JOURNAL_SECRETS): boolean {
    const secrets = secretsNamed(world, which);
    for (const secret of secrets) remove(world, refTo(secret));
    return secrets.length > 0;
}

/** The same with the finalizers taken off first: now they are gone. */
export function eraseJournal(world: MemoryWorld, which: RegExp = JOURNAL_SECRETS): boolean {
    for (const secret of secretsNamed(world, which))
        patch(world, refTo(secret), { metadata: { finalizers: null } }, KUBECTL);
    return deleteJournal(world, which);
}

function secretsNamed({ store }: MemoryWorld, which: RegExp): KubernetesObject[] {
    return store.all("Secret").filter(({ metadata }) => which.test(metadata.name));
}

/** `kubectl delete namespace`: what is in it goes first, and it waits for what a finalizer keeps. */
export function deleteNamespace(world: MemoryWorld, name: string): boolean {
    const { store } = world;
    const namespace = { apiVersion: "v1", kind: "Namespace", name };
    const live = store.raw(namespace);
    if (live === undefined) return false;
    world.data.guarded.delete(keyOfObject(live));
    byHand(world, () => {
        patch(world, namespace, { metadata: { finalizers: [OF_NAMESPACES] } }, KUBECTL);
        remove(world, namespace);
        for (const object of [...world.data.objects.values()])
            if (object.metadata.namespace === name)
                if ((object.metadata.finalizers ?? []).length > 0) remove(world, refTo(object));
                else store.erase(object);
        store.endEmptyNamespace(name);
    });
    return true;
}

const JOURNAL_SECRETS = /^pulumi-hyperpod-migration/;
export const BACKUP_SECRETS = /^pulumi-hyperpod-migration.*-backup-/;
