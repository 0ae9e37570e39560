/** The managedFields of an object come in; who owns which fields goes out, without times: `{"helm Update apps/v1": [".spec.replicas"]}`. */

import type { Json, JsonObject } from "./capturedState";
import { isObject } from "./namedList";

export function canonicalManagers(managedFields: Json[]): JsonObject {
    const owned: Record<string, string[]> = {};
    for (const entry of managedFields.filter(isObject)) {
        const subresource = entry.subresource ? `/${entry.subresource}` : "";
        const manager = `${entry.manager} ${entry.operation} ${entry.apiVersion}${subresource}`;
        const paths: string[] = [];
        collectPaths(entry.fieldsV1 ?? {}, "", paths);
        owned[manager] = [...(owned[manager] ?? []), ...paths].sort();
    }
    return owned;
}

/** Keys are `f:<field>`, `k:<key of a list item as JSON>`, `v:<value in a set>`, and `.` for the item itself. */
function collectPaths(fields: Json, path: string, paths: string[]): void {
    const children = isObject(fields) ? Object.entries(fields) : [];
    if (children.length === 0) paths.push(path);
    for (const [key, child] of children) {
        if (key === ".") paths.push(path);
        else collectPaths(child ?? {}, path + step(key), paths);
    }
}

function step(key: string): string {
    const content = key.slice(2);
    return key.startsWith("f:") ? `.${content}` : `[${content}]`;
}
