// References come in, the live form of those that exist goes out, in as few requests as is sensible.

import { mapConcurrently } from "../../common/mapConcurrently";
import type { KubernetesObject, ObjectRef, World } from "../ports/world";
import { collectionsOf } from "./collections";
import { keyOf, refTo } from "./objectRef";

/** From this many of a kind in a namespace on, they are read with one list. */
const WORTH_A_LIST = 2;
/** Of these a cluster may hold many large ones that are nobody's business here: never listed whole. */
const READ_SINGLY = new Set(["Secret", "ConfigMap", "CustomResourceDefinition"]);

/** Live objects by key; those that do not exist are absent. */
export async function readMany(
    world: Pick<World, "objects">,
    refs: readonly ObjectRef[],
): Promise<Map<string, KubernetesObject>> {
    const answers = await mapConcurrently(requestsFor(refs), (some) => readTogether(world, some));
    return new Map(answers.flat().map((object) => [keyOf(refTo(object)), object]));
}

/** References that one request answers stand together. */
function requestsFor(refs: readonly ObjectRef[]): [ObjectRef, ...ObjectRef[]][] {
    return collectionsOf(refs).flatMap((group) =>
        group.length < WORTH_A_LIST || READ_SINGLY.has(group[0].kind)
            ? group.map((ref): [ObjectRef] => [ref])
            : [group],
    );
}

async function readTogether(
    world: Pick<World, "objects">,
    refs: readonly [ObjectRef, ...ObjectRef[]],
): Promise<KubernetesObject[]> {
    const [first] = refs;
    if (refs.length === 1) return [await world.objects.read(first)].filter((object) => object !== undefined);
    const { apiVersion, kind, namespace } = first;
    const wanted = new Set(refs.map(keyOf));
    const all = await world.objects.list(apiVersion, kind, namespace ? { namespace } : {});
    return all.filter((object) => wanted.has(keyOf(refTo(object))));
}
