// Objects that are there only while a move hands over, told by labels that name the move. Found again and taken away after a kill at any point; nothing without these labels is touched.
import { MIGRATION_MARK, OURS, PACKAGE_NAME } from "../../../common/ourMarks";
import { carriesLabels } from "../../kubernetes/labels";
import { keyOf, onlyThis, refTo } from "../../kubernetes/objectRef";
import type { KubernetesObject, ManagedFieldsEntry, ObjectRef, World } from "../../ports/world";

/** What the API server notes on fields that this package writes. */
const PART = `${PACKAGE_NAME}/handover`;

/** What an object of a move is for. */
export enum HandoverPart {
    /** Shows whether the API server asks pods that our EndpointSlices name. */
    Canary = "canary",
    /** Leads requests for the add-on's Services to Helm's pods. */
    Bridge = "bridge",
    /** Keeps one generation from leading. */
    Lease = "lease",
    /** Lets one write decide which generation leads. */
    Rule = "rule",
    /** Gives the generation that waits the certificate of the one that serves. */
    Certificate = "certificate",
}

export interface OwnObjects {
    readonly migrationId: string;
    readonly part: HandoverPart;
}

export function marksOf({ migrationId, part }: OwnObjects): Record<string, string> {
    return { ...OURS, [PART]: part, [MIGRATION_MARK]: migrationId };
}

export function isMarked({ metadata }: KubernetesObject, own: OwnObjects): boolean {
    return carriesLabels(metadata.labels, marksOf(own));
}

/** Whatever it is for: made for this move, and nobody else's yet. */
export function isOfMove({ metadata }: KubernetesObject, migrationId: string): boolean {
    return metadata.labels?.[MIGRATION_MARK] === migrationId && metadata.labels[PART] !== undefined;
}

/** Makes it, unless a run that was cut off has made it already. Somebody else's of the same name is an error. */
export async function makeOwn(world: World, object: KubernetesObject, own: OwnObjects): Promise<void> {
    const marked = withMarks(object, own);
    const live = await world.objects.read(refTo(marked));
    if (live === undefined) await world.objects.create(marked);
    else if (!isMarked(live, own)) throw notOurs(live);
}

export function withMarks(object: KubernetesObject, own: OwnObjects): KubernetesObject {
    const { metadata } = object;
    return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, ...marksOf(own) } } };
}

/** In the order of `kinds`, each with its UID as the precondition. `except` says what stays. */
export async function removeOwn(
    world: World,
    own: OwnObjects,
    kinds: readonly (readonly [apiVersion: string, kind: string])[],
    except: (object: KubernetesObject) => boolean = () => false,
): Promise<void> {
    const labelSelector = Object.entries(marksOf(own))
        .map(([key, value]) => `${key}=${value}`)
        .join(",");
    const listed = await Promise.all(
        kinds.map(([apiVersion, kind]) => world.objects.list(apiVersion, kind, { labelSelector })),
    );
    for (const ofKind of listed) {
        const mine = ofKind.filter((object) => !except(object));
        await Promise.all(mine.map((object) => removeOne(world, refTo(object), object.metadata.uid)));
    }
}

/** It belongs to others from now on, also by its fields. The labels last: as long as they are there, a killed clean-up is seen and finished. */
export async function unmark(
    world: World,
    live: KubernetesObject,
    own: OwnObjects,
    owners: readonly ManagedFieldsEntry[] = [],
): Promise<void> {
    const { managedFields = [], resourceVersion = "" } = live.metadata;
    const others = managedFields.filter(({ manager }) => manager !== PACKAGE_NAME);
    const { resourceVersion: now = "" } = await world.objects.merge(refTo(live), {
        metadata: { resourceVersion, managedFields: others.length > 0 ? others : owners },
    });
    const labels = Object.fromEntries(Object.keys(marksOf(own)).map((key) => [key, null]));
    await world.objects.merge(refTo(live), { metadata: { resourceVersion: now, labels } });
}

/** For whom it has to be known again when it carries no mark any more. */
export async function withUid(world: World, ref: ObjectRef): Promise<ObjectRef & { uid?: string }> {
    const live = await world.objects.read(ref);
    if (live === undefined) throw new Error(`${keyOf(ref)} is gone`);
    return { ...ref, ...onlyThis(live) };
}

function removeOne(world: World, ref: ObjectRef, uid: string | undefined): Promise<void> {
    return world.objects.remove(ref, uid === undefined ? {} : { uid });
}

function notOurs(object: KubernetesObject): Error {
    return new Error(`${keyOf(refTo(object))} is there already, and this move did not make it`);
}
