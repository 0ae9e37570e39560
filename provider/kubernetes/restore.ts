// Brings objects back to a remembered form: used by every undo. Compares first and writes only what differs.
import { canonicalJson } from "../../common/canonicalJson";
import type { KubernetesObject, ManagedFieldsEntry, ObjectRef, World } from "../ports/world";

/** What the API server fills in by itself; never compared, never written. */
const SERVER_METADATA = new Set([
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "selfLink",
]);

/** About 10 s against a controller that writes all the time. */
const MANAGER_TRIES = 8;

/** The part of an object that people and controllers decide on: no status, no server bookkeeping. */
export function contentOf(object: KubernetesObject): KubernetesObject {
    const { status: _, ...rest } = object;
    const metadata = Object.fromEntries(
        Object.entries(object.metadata).filter(([key]) => !SERVER_METADATA.has(key)),
    );
    return { ...rest, metadata: metadata as KubernetesObject["metadata"] };
}

/** How often a controller rolled a workload out: its own counter, which only it can set. */
const COUNTERS = ["deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation"];

/** Owners are compared by kind and name: one that was made again has another UID. */
export function sameContent(a: KubernetesObject, b: KubernetesObject): boolean {
    return canonicalJson(comparable(a)) === canonicalJson(comparable(b));
}

function comparable(object: KubernetesObject): unknown {
    const content = contentOf(object);
    const owners = (content.metadata.ownerReferences ?? []).map(({ uid: _, ...owner }) => owner);
    const annotations = Object.fromEntries(
        Object.entries(content.metadata.annotations ?? {}).filter(([name]) => !COUNTERS.includes(name)),
    );
    return { ...content, metadata: { ...content.metadata, annotations, ownerReferences: owners } };
}

export function keyOf({ apiVersion, kind, namespace, name }: ObjectRef): string {
    return `${apiVersion}/${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}

/** Where every undo writes first what others stand on. */
const ORDER = [
    "Namespace",
    "CustomResourceDefinition",
    "ServiceAccount",
    "ClusterRole",
    "Role",
    "ClusterRoleBinding",
    "RoleBinding",
    "Issuer",
    "Certificate",
    "Secret",
    "ConfigMap",
    "Service",
    "ReplicaSet",
];

/** Groups to write one after the other; within a group the order does not matter. */
export function byRestoreRank<T extends { kind: string }>(objects: readonly T[]): T[][] {
    const ranks: T[][] = Array.from({ length: ORDER.length + 1 }, () => []);
    for (const object of objects) {
        const index = ORDER.indexOf(object.kind);
        ranks[index < 0 ? ORDER.length : index]?.push(object);
    }
    return ranks.filter((rank) => rank.length > 0);
}

/** Makes an object that was read just now equal to the remembered one. Answers whether anything was written. */
export async function restoreOver(
    world: World,
    remembered: KubernetesObject,
    live: KubernetesObject | undefined,
    /** What it is made equal to, by the form that it has at the moment of the write. */
    form: (live: KubernetesObject) => KubernetesObject = () => remembered,
): Promise<boolean> {
    const content = contentOf(remembered);
    const wanted = (now: KubernetesObject) => withItsAddress(form(now), now);
    if (live !== undefined && sameContent(live, wanted(live))) return false;
    if (live === undefined) {
        // An owner may have a new UID by now; a dangling one would have the object collected at once.
        const { ownerReferences: _, ...metadata } = content.metadata;
        await world.objects.replace({ ...content, metadata });
        return true;
    }
    const body = (now: KubernetesObject): KubernetesObject => ({
        ...contentOf(wanted(now)),
        ...("status" in now ? { status: now.status } : {}),
    });
    await world.objects.replace(body(live), body);
    return true;
}

interface ServiceShape {
    readonly spec?: { readonly clusterIP?: string; readonly clusterIPs?: readonly string[] };
}

/** The API server changes no Service's address: one that somebody made again keeps its own. */
function withItsAddress(object: KubernetesObject, live: KubernetesObject): KubernetesObject {
    if (object.kind !== "Service") return object;
    const { clusterIP, clusterIPs } = (live as ServiceShape).spec ?? {};
    if (!clusterIP || (object as ServiceShape).spec?.clusterIP === undefined) return object;
    const address = { clusterIP, ...(clusterIPs === undefined ? {} : { clusterIPs }) };
    return { ...object, spec: { ...(object.spec as object), ...address } };
}

/**
 * Gives the fields back to their former managers. A write that changes nothing but `managedFields` is taken as it stands;
 * entries of the status belong to controllers and stay as they are now.
 */
export async function restoreFieldManagers(
    world: World,
    remembered: KubernetesObject,
    live: KubernetesObject | undefined,
    attempt = 0,
): Promise<boolean> {
    const former = remembered.metadata.managedFields ?? [];
    if (live === undefined || former.length === 0 || !sameContent(live, remembered)) return false;
    const wanted = withLiveStatus(withOwnersOf(live, remembered, former), live.metadata.managedFields ?? []);
    if (managersOf(live.metadata.managedFields ?? []) === managersOf(wanted)) return false;
    const { resourceVersion } = live.metadata;
    try {
        await world.objects.merge(refTo(remembered), {
            metadata: { resourceVersion, managedFields: wanted },
        });
    } catch (error) {
        if ((error as { status?: number }).status !== 409) throw error;
        // A controller wrote its status meanwhile: its entry is another one now.
        const now = await world.objects.read(refTo(remembered));
        if (now?.metadata.resourceVersion === resourceVersion) throw error;
        if (attempt >= MANAGER_TRIES) {
            // The content is back; who owns which field is worth no undo that never ends.
            world.log.warn(
                `${keyOf(refTo(remembered))} changes too fast to give its fields back to their former managers`,
            );
            return false;
        }
        if (attempt > 0) await world.clock.sleep(100 * 2 ** Math.min(attempt, 5));
        return restoreFieldManagers(world, remembered, now, attempt + 1);
    }
    return true;
}

/** Status fields as they are owned now; everything else as it was. A controller may own an annotation together with its status. */
function withLiveStatus(
    former: readonly ManagedFieldsEntry[],
    now: readonly ManagedFieldsEntry[],
): ManagedFieldsEntry[] {
    const metadataOf = (entry: ManagedFieldsEntry) =>
        former.find(
            (one) => !isContent(one) && one.manager === entry.manager && one.apiVersion === entry.apiVersion,
        )?.fieldsV1 as Record<string, unknown> | undefined;
    const status = now
        .filter((entry) => !isContent(entry))
        .map((entry) => {
            const metadata = metadataOf(entry)?.["f:metadata"];
            const { "f:metadata": _, ...rest } = (entry.fieldsV1 ?? {}) as Record<string, unknown>;
            return {
                ...entry,
                fieldsV1: metadata === undefined ? rest : { ...rest, "f:metadata": metadata },
            };
        });
    return [...former.filter(isContent), ...status];
}

function isContent(entry: ManagedFieldsEntry): boolean {
    return entry.subresource !== "status";
}

/** Entries name owners by UID; an owner that was made again has a new one. */
function withOwnersOf(
    live: KubernetesObject,
    remembered: KubernetesObject,
    entries: readonly ManagedFieldsEntry[],
): ManagedFieldsEntry[] {
    let text = JSON.stringify(entries);
    for (const former of remembered.metadata.ownerReferences ?? []) {
        const now = (live.metadata.ownerReferences ?? []).find(
            ({ kind, name }) => kind === former.kind && name === former.name,
        );
        if (now !== undefined) text = text.replaceAll(former.uid, now.uid);
    }
    return JSON.parse(text) as ManagedFieldsEntry[];
}

function managersOf(entries: readonly ManagedFieldsEntry[]): string {
    return entries
        .map(
            ({ manager, operation, subresource, fieldsV1 }) =>
                `${manager} ${operation} ${subresource ?? ""} ${canonicalJson(fieldsV1)}`,
        )
        .sort()
        .join("\n");
}

export function refTo({ apiVersion, kind, metadata }: KubernetesObject): ObjectRef {
    return {
        apiVersion,
        kind,
        name: metadata.name,
        ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
    };
}
