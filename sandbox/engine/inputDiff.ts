// Compares two property maps and lists what differs, by path, in the form of a provider's detailed diff. Used where the
// provider says nothing and for the display. Pure.
import type { PropertyDiff } from "./providerAnswers";
import { equal, isMap, isSecret, type PropertyMap, type PropertyValue } from "./values";

export function inputDiff(olds: PropertyMap, news: PropertyMap): Record<string, PropertyDiff> {
    const found: Record<string, PropertyDiff> = {};
    compareMaps("", olds, news, found);
    return found;
}

/** Top-level names that differ, sorted. */
export function changedKeys(olds: PropertyMap, news: PropertyMap): string[] {
    const keys = new Set([...Object.keys(olds), ...Object.keys(news)]);
    return [...keys].filter((key) => !equal(olds[key], news[key])).sort();
}

function compare(
    path: string,
    old: PropertyValue | undefined,
    now: PropertyValue | undefined,
    found: Record<string, PropertyDiff>,
): void {
    const before = isSecret(old) ? old.value : old;
    const after = isSecret(now) ? now.value : now;
    if (equal(before, after)) {
        return;
    }
    if (before === undefined || after === undefined) {
        found[path] = { kind: before === undefined ? "add" : "delete", inputDiff: true };
    } else if (Array.isArray(before) && Array.isArray(after)) {
        for (let index = 0; index < Math.max(before.length, after.length); index++) {
            compare(`${path}[${index}]`, before[index], after[index], found);
        }
    } else if (isMap(before) && isMap(after)) {
        compareMaps(path, before, after, found);
    } else {
        found[path] = { kind: "update", inputDiff: true };
    }
}

function compareMaps(
    path: string,
    olds: PropertyMap,
    news: PropertyMap,
    found: Record<string, PropertyDiff>,
): void {
    for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
        const step = /^[A-Za-z_$][\w$]*$/.test(key) ? (path === "" ? key : `.${key}`) : `["${key}"]`;
        compare(path + step, olds[key], news[key], found);
    }
}
