// An object as it was before the move comes in, which this package wrote on the way and which is the add-on's now; who owns its fields is as if this package had never written it. No value changes.
import { PACKAGE_NAME } from "../../../common/ourMarks";
import { refTo } from "../../kubernetes/objectRef";
import type { KubernetesObject, ManagedFieldsEntry, ObjectRef, World } from "../../ports/world";

/** Controllers write it meanwhile: on top of that, a few times. */
const TRIES = 5;

type Annotations = Readonly<Record<string, object>>;

interface FieldsV1 {
    readonly "f:metadata"?: { readonly "f:annotations"?: Annotations };
}

/** `taken` is an annotation that was taken off and came back: whoever owned it in one of the forms of before owns it again, where its value is the same. */
export async function leaveFields(
    world: World,
    [former, ...others]: readonly [KubernetesObject, ...KubernetesObject[]],
    taken: string,
): Promise<void> {
    await rewriteOwners(world, refTo(former), (live) => {
        const same = [former, ...others].filter(
            ({ metadata }) => metadata.annotations?.[taken] === live.metadata.annotations?.[taken],
        );
        return ofOthers(live).map((entry) =>
            same.reduce((left, one) => withAnnotations(left, owned(one, entry, taken)), entry),
        );
    });
}

/** Others than this package that own the annotation, each with nothing else that it owns. */
export function annotationOwners(live: KubernetesObject, annotation: string): readonly ManagedFieldsEntry[] {
    return ofOthers(live).flatMap((entry) =>
        annotationsOf(entry)[`f:${annotation}`] === undefined
            ? []
            : [withAnnotations({ ...entry, fieldsV1: {} }, only(annotationsOf(entry), annotation))],
    );
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

/** What the entry owned of it then. */
function owned({ metadata }: KubernetesObject, entry: ManagedFieldsEntry, annotation: string): Annotations {
    const former = (metadata.managedFields ?? []).find(
        (one) =>
            one.manager === entry.manager &&
            one.operation === entry.operation &&
            one.apiVersion === entry.apiVersion &&
            one.subresource === entry.subresource &&
            annotationsOf(one)[`f:${annotation}`] !== undefined,
    );
    return former === undefined ? {} : only(annotationsOf(former), annotation);
}

/** The dot is the map itself, which went with the last annotation. */
function only(annotations: Annotations, annotation: string): Annotations {
    return Object.fromEntries(
        Object.entries(annotations).filter(([key]) => key === "." || key === `f:${annotation}`),
    );
}

function withAnnotations(entry: ManagedFieldsEntry, added: Annotations): ManagedFieldsEntry {
    const owns = annotationsOf(entry);
    if (Object.keys(added).every((key) => owns[key] !== undefined)) return entry;
    const fields = (entry.fieldsV1 ?? {}) as FieldsV1;
    const annotations = { ...owns, ...added };
    return {
        ...entry,
        fieldsV1: { ...fields, "f:metadata": { ...fields["f:metadata"], "f:annotations": annotations } },
    };
}

function annotationsOf({ fieldsV1 }: ManagedFieldsEntry): Annotations {
    return ((fieldsV1 ?? {}) as FieldsV1)["f:metadata"]?.["f:annotations"] ?? {};
}
