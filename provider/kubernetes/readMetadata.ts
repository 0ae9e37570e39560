// References come in, the metadata of those that exist goes out: one list per kind and namespace, as small as the objects are large.

import { mapConcurrently } from "../../common/mapConcurrently";
import type { KubernetesObject, ObjectRef, World } from "../ports/world";
import { collectionsOf } from "./collections";
import { keyOf, refTo } from "./objectRef";

/** By key; those that do not exist are absent. */
export async function readMetadata(
    world: World,
    refs: readonly ObjectRef[],
): Promise<ReadonlyMap<string, KubernetesObject>> {
    const lists = await mapConcurrently(collectionsOf(refs), ([{ apiVersion, kind, namespace }]) =>
        world.objects.list(apiVersion, kind, { metadataOnly: true, ...(namespace ? { namespace } : {}) }),
    );
    const wanted = new Set(refs.map(keyOf));
    const found = lists.flat().map((object) => [keyOf(refTo(object)), object] as const);
    return new Map(found.filter(([key]) => wanted.has(key)));
}
