// An object as it was before the move comes in, which this package wrote on the way and which is the add-on's now; who owns its fields is as if this package had never written it. No value changes.
import { PACKAGE_NAME } from "../../../common/ourMarks";
import { refTo } from "../../kubernetes/objectRef";
import type { KubernetesObject, ManagedFieldsEntry, ObjectRef, World } from "../../ports/world";

/** Controllers write it meanwhile: on top of that, a few times. */
const TRIES = 5;

interface FieldsV1 {
    readonly "f:metadata"?: { readonly "f:annotations"?: Readonly<Record<string, object>> };
}

/** `taken` is an annotation that was taken off and came back: whoever owned it owns it again, where its value is the same. */
export async function leaveFields(world: World, former: KubernetesObject, taken: string): Promise<void> {
    await rewriteOwners(world, refTo(former), (live) => {
        const isSame = live.metadata.annotations?.[taken] === former.metadata.annotations?.[taken];
        return ofOthers(live).map((entry) =>
            isSame && owned(former, entry, taken) ? withAnnotation(entry, taken) : entry,
        );
    });
}

/** Nobody owns by this package's name any more. */
export async function leaveOurFields(world: World, ref: ObjectRef): Promise<void> {
    await rewriteOwners(world, ref, ofOthers);
}

/** Whether an authority in it was written by this package last. */
export function ownsBundle({ metadata }: KubernetesObject): boolean {
    return (metadata.managedFields ?? []).some(
        ({ manager, fieldsV1 }) =>
            manager === PACKAGE_NAME && JSON.stringify(fieldsV1 ?? {}).includes('"f:caBundle"'),
    );
}

async function rewriteOwners(
    world: World,
    ref: ObjectRef,
    left: (live: KubernetesObject) => readonly ManagedFieldsEntry[],
): Promise<void> {
    for (let attempt = 1; ; attempt++) {
        const live = await world.objects.read(ref);
        if (live === undefined) return;
        const { managedFields = [], resourceVersion = "" } = live.metadata;
        const wanted = left(live);
        if (JSON.stringify(wanted) === JSON.stringify(managedFields)) return;
        try {
            await world.objects.merge(ref, { metadata: { resourceVersion, managedFields: wanted } });
            return;
        } catch (error) {
            if ((error as { status?: number }).status !== 409 || attempt >= TRIES) throw error;
        }
    }
}

function ofOthers({ metadata }: KubernetesObject): readonly ManagedFieldsEntry[] {
    return (metadata.managedFields ?? []).filter(({ manager }) => manager !== PACKAGE_NAME);
}

function owned({ metadata }: KubernetesObject, entry: ManagedFieldsEntry, annotation: string): boolean {
    return (metadata.managedFields ?? []).some(
        (one) =>
            one.manager === entry.manager &&
            one.operation === entry.operation &&
            one.apiVersion === entry.apiVersion &&
            one.subresource === entry.subresource &&
            annotationsOf(one)[`f:${annotation}`] !== undefined,
    );
}

function withAnnotation(entry: ManagedFieldsEntry, annotation: string): ManagedFieldsEntry {
    const fields = (entry.fieldsV1 ?? {}) as FieldsV1;
    if (annotationsOf(entry)[`f:${annotation}`] !== undefined) return entry;
    const annotations = { ...annotationsOf(entry), [`f:${annotation}`]: {} };
    return {
        ...entry,
        fieldsV1: { ...fields, "f:metadata": { ...fields["f:metadata"], "f:annotations": annotations } },
    };
}

function annotationsOf({ fieldsV1 }: ManagedFieldsEntry): Readonly<Record<string, object>> {
    return ((fieldsV1 ?? {}) as FieldsV1)["f:metadata"]?.["f:annotations"] ?? {};
}
