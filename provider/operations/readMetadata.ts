// References come in, the metadata of those that exist goes out: one list per kind and namespace, as small as the objects are large.
import type { KubernetesObject, ObjectRef, World } from "../world";
import { inGroups } from "./inGroups";
import { keyOf, refTo } from "./restore";

const AT_ONCE = 8;

/** By key; those that do not exist are absent. */
export async function readMetadata(
    world: World,
    refs: readonly ObjectRef[],
): Promise<ReadonlyMap<string, KubernetesObject>> {
    const places = new Map(refs.map((ref) => [`${ref.apiVersion}/${ref.kind} ${ref.namespace ?? ""}`, ref]));
    const lists = await inGroups([...places.values()], AT_ONCE, ({ apiVersion, kind, namespace }) =>
        world.objects.list(apiVersion, kind, { metadataOnly: true, ...(namespace ? { namespace } : {}) }),
    );
    const wanted = new Set(refs.map(keyOf));
    const found = lists.flat().map((object) => [keyOf(refTo(object)), object] as const);
    return new Map(found.filter(([key]) => wanted.has(key)));
}
