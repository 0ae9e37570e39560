// Small pure operations on JSON values: merge patch, deep freeze, structural pruning by a schema.
import type { Schema } from "../../../provider/kubernetes/customResourceDefinitions";

export type Json = Record<string, unknown>;

export function isJson(value: unknown): value is Json {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** RFC 7386. */
export function mergePatch(target: unknown, patch: unknown): unknown {
    if (!isJson(patch)) return patch;
    const result: Json = isJson(target) ? { ...target } : {};
    for (const [key, value] of Object.entries(patch)) {
        if (value === undefined) continue;
        if (value === null) delete result[key];
        else result[key] = mergePatch(result[key], value);
    }
    return result;
}

/** Maps merge, webhooks merge by name, everything else is replaced: what a server-side apply does. */
export function overlay(target: unknown, over: unknown): unknown {
    if (!isJson(over) || !isJson(target)) return over;
    const result: Json = { ...target };
    for (const [key, value] of Object.entries(over))
        result[key] = key === "webhooks" ? overlayByName(result[key], value) : overlay(result[key], value);
    return result;
}

function overlayByName(target: unknown, over: unknown): unknown {
    const [before, after] = [target, over] as [Json[] | undefined, Json[]];
    const merged = after.map(
        (item) =>
            overlay(
                before?.find(({ name }) => name === item.name),
                item,
            ) as Json,
    );
    return [...merged, ...(before ?? []).filter(({ name }) => !after.some((item) => item.name === name))];
}

export function deepFreeze<T>(value: T): T {
    if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
        Object.freeze(value);
        for (const child of Object.values(value)) deepFreeze(child);
    }
    return value;
}

/** What is left of a custom resource when it passes the API server. */
export function pruned(value: unknown, schema: Schema | undefined, isRoot = true): unknown {
    if (schema === undefined || schema["x-kubernetes-preserve-unknown-fields"]) return value;
    if (Array.isArray(value)) return value.map((item) => pruned(item, schema.items, false));
    if (!isJson(value)) return value;
    const kept: Json = {};
    for (const [key, child] of Object.entries(value)) {
        const named = schema.properties?.[key];
        if (isRoot && ["apiVersion", "kind", "metadata"].includes(key)) kept[key] = child;
        else if (named !== undefined) kept[key] = pruned(child, named, false);
        else if (schema.additionalProperties === true) kept[key] = child;
        else if (isJson(schema.additionalProperties))
            kept[key] = pruned(child, schema.additionalProperties, false);
    }
    return kept;
}

/** Equal as JSON, whatever the order of keys; what is the same thing is not looked into. */
export function same(a: unknown, b: unknown): boolean {
    if (a === b) return true;
    if (Array.isArray(a) && Array.isArray(b))
        return a.length === b.length && a.every((item, index) => same(item, b[index]));
    if (!isJson(a) || !isJson(b)) return false;
    for (const key in a) if (!same(a[key], b[key])) return false;
    for (const key in b) if (b[key] !== undefined && !(key in a)) return false;
    return true;
}

/** JSON with sorted keys. */
export function stable(value: unknown): string {
    return JSON.stringify(value, (_, part: unknown) =>
        isJson(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
    );
}
