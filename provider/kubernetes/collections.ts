// References, sorted by the collection they live in: what one list answers stands together.
import type { ObjectRef } from "../ports/world";

/** One group per kind and namespace, none of them empty. */
export function collectionsOf(refs: readonly ObjectRef[]): [ObjectRef, ...ObjectRef[]][] {
    const groups = new Map<string, [ObjectRef, ...ObjectRef[]]>();
    for (const ref of refs) {
        const key = `${ref.apiVersion}/${ref.kind} ${ref.namespace ?? ""}`;
        const group = groups.get(key);
        if (group === undefined) groups.set(key, [ref]);
        else group.push(ref);
    }
    return [...groups.values()];
}
