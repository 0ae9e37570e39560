// What a colleague does with helm while a move is under way: upgrade, rollback, uninstall, as Helm does them, also with objects that a move changed meanwhile.
import assert from "node:assert/strict";
import type { KubernetesObject } from "../../../provider/ports/world";
import type { MemoryWorld } from "../memoryWorld";
import { helmUninstall, recordsSeenByHelm } from "./colleague";
import { RELEASE } from "./content";
import { type RecordPayload, recordSecret } from "./releases";
import type { RivalAct } from "./rivalAct";
import { decode } from "./serving";

const HELM = { manager: "helm", operation: "Update" } as const;
const recordName = (revision: number) => `sh.helm.release.v1.${RELEASE.name}.v${revision}`;
const record = (world: MemoryWorld, revision: number) =>
    world.store.raw({
        apiVersion: "v1",
        kind: "Secret",
        namespace: RELEASE.namespace,
        name: recordName(revision),
    });
const payloadOf = ({ data }: KubernetesObject) =>
    decode((data as { release: string }).release) as RecordPayload;

/** Revision 3 on top of the two that the release has; false when Helm does not find it. */
function nextRevision(world: MemoryWorld, payloadFrom: (payload: RecordPayload) => RecordPayload): boolean {
    const last = record(world, 2);
    if (last?.metadata.labels?.owner !== "helm" || record(world, 3) !== undefined) return false;
    const { name, namespace } = RELEASE;
    world.store.create(recordSecret(name, namespace, 3, "deployed", payloadFrom(payloadOf(last))), HELM);
    const superseded = { metadata: { labels: { status: "superseded" } } };
    world.store.merge({ apiVersion: "v1", kind: "Secret", namespace, name: recordName(2) }, superseded, HELM);
    return true;
}

function assertRevisionKept(world: MemoryWorld, ending: string): void {
    const { labels } = record(world, 3)?.metadata ?? {};
    assert.ok(labels, "their revision is gone");
    if (ending === "destroy") assert.equal(labels.owner, "helm", "Helm does not see their revision");
}

/** Every object becomes what the manifest says: what is gone is made again, and what was scaled down runs. */
function applyManifest(world: MemoryWorld, { objects }: RecordPayload): void {
    for (const object of objects) {
        const { apiVersion, kind, metadata, ...content } = object;
        const { name, namespace, labels, annotations } = metadata;
        const ref = { apiVersion, kind, name, ...(namespace ? { namespace } : {}) };
        const marks = {
            labels: { ...labels, "app.kubernetes.io/managed-by": "Helm" },
            annotations: {
                ...annotations,
                "meta.helm.sh/release-name": RELEASE.name,
                "meta.helm.sh/release-namespace": RELEASE.namespace,
            },
        };
        if (world.store.raw(ref) === undefined)
            world.store.create({ ...object, metadata: { ...metadata, ...marks } }, HELM);
        else world.store.merge(ref, { metadata: marks, ...content }, HELM);
    }
}

export const helmActs: readonly RivalAct[] = [
    {
        name: "helm upgrade",
        changesRelease: true,
        // A value that says where the release runs: no add-on needs it.
        act: (world) =>
            nextRevision(world, (payload) => ({
                ...payload,
                values: { ...payload.values, namePrefix: "hyperpod-inference-operator" },
            })),
        assertKept: (world, { ending }) => assertRevisionKept(world, ending),
    },
    {
        name: "helm rollback",
        startsHelms: true,
        changesRelease: true,
        act: (world) => {
            const former = record(world, 1);
            if (former === undefined || !nextRevision(world, () => payloadOf(former))) return false;
            applyManifest(world, payloadOf(former));
            return true;
        },
        assertKept: (world, { ending }) => assertRevisionKept(world, ending),
    },
    {
        name: "helm uninstall",
        takesControllers: true,
        changesRelease: true,
        act: (world) => {
            const { guarded } = world.data;
            if (!helmUninstall(world)) return false;
            // With the CRDs went the models: what a colleague deleted is nobody's to guard.
            for (const key of guarded) if (!world.data.objects.has(key)) guarded.delete(key);
            return true;
        },
        assertKept: (world, { ending, isOutside }) => {
            if (ending === "destroy")
                assert.equal(recordsSeenByHelm(world).length, isOutside ? 0 : 2, "revisions that Helm sees");
        },
    },
];
