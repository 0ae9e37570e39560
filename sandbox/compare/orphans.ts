// Objects of a cluster come in; which of them the garbage collector is about to delete goes out. Pure.
import { isObject } from "./namedList";
import type { JsonObject } from "./state";

/** Whether an object has owners and none of them is left. */
export function awaitsCollection(objects: readonly JsonObject[]): (object: JsonObject) => boolean {
    const alive = new Set(objects.map(({ metadata }) => isObject(metadata) && metadata.uid));
    return ({ metadata }) => {
        const owners = isObject(metadata) ? metadata.ownerReferences : undefined;
        if (!Array.isArray(owners) || owners.length === 0) return false;
        return owners.filter(isObject).every(({ uid }) => !alive.has(uid));
    };
}
