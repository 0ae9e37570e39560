// Property paths as options use them (`a.b`, `list[0]`, `a["b.c"]`, `*`): parse, read, and put old values back.
import { isMap, isSecret, type PropertyMap, type PropertyValue } from "./values";

export type PathStep = string | number;

export function parsePath(path: string): PathStep[] {
    return [...path.matchAll(/\[(\d+|\*)\]|\["([^"]+)"\]|([^.[\]]+)/g)].map((match) =>
        match[1] !== undefined && match[1] !== "*"
            ? Number(match[1])
            : (match[1] ?? match[2] ?? match[3] ?? ""),
    );
}

/** `news` with the values at `paths` taken from `olds`; what `olds` does not have is removed. */
export function keepOld(olds: PropertyMap, news: PropertyMap, paths: readonly string[]): PropertyMap {
    let result: PropertyValue = news;
    for (const path of paths) {
        result = put(olds, result, parsePath(path)) ?? {};
    }
    return result as PropertyMap;
}

function put(
    old: PropertyValue | undefined,
    now: PropertyValue | undefined,
    [step, ...rest]: PathStep[],
): PropertyValue | undefined {
    if (step === undefined) {
        return old;
    }
    const before = isSecret(old) ? old.value : old;
    const after = isSecret(now) ? now.value : now;
    if (Array.isArray(after)) {
        const list = Array.isArray(before) ? before : [];
        return after.map((item, index) =>
            step === "*" || step === index ? (put(list[index], item, rest) ?? null) : item,
        );
    }
    if (after !== undefined && !isMap(after)) {
        return now;
    }
    const from = isMap(before) ? before : {};
    const result: PropertyMap = { ...after };
    for (const key of step === "*"
        ? new Set([...Object.keys(from), ...Object.keys(result)])
        : [String(step)]) {
        const value = put(from[key], result[key], rest);
        if (value === undefined) {
            delete result[key];
        } else {
            result[key] = value;
        }
    }
    return after === undefined && Object.keys(result).length === 0 ? undefined : result;
}

/** Whether a path of a diff lies at or below (or above) a path of an option. */
export function pathMatches(option: string, found: string): boolean {
    const wanted = parsePath(option);
    const actual = parsePath(found);
    return wanted.slice(0, actual.length).every((step, index) => step === "*" || step === actual[index]);
}
