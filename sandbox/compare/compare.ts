/** Two states come in; their differences go out, one per field. Reads nothing from anywhere. */

import type { Difference, State } from "./capturedState";
import { isObject } from "./namedList";

export interface CompareOptions {
    /** Nothing is ignored unless the caller says so. */
    ignore?: (difference: Difference) => boolean;
}

export function compareStates(before: State, after: State, options: CompareOptions = {}): Difference[] {
    const differences: Difference[] = [];
    for (const where of ["kubernetes", "aws"] as const) {
        for (const key of sortedUnion(before[where], after[where])) {
            const report = (path: string, b: unknown, a: unknown) =>
                differences.push({ where, key, path, ...given("before", b), ...given("after", a) });
            compareValues(before[where][key], after[where][key], "", report);
        }
    }
    return differences.filter((difference) => !options.ignore?.(difference));
}

/** Who owns a field, as against what it says: the API server cannot always give that back. */
export function isFieldManagerDifference(difference: Difference): boolean {
    return difference.path.startsWith("metadata.managedFields");
}

/** UIDs that are gone or changed: by default those of custom resources, their definitions and all Namespaces. */
export function compareIdentities(
    before: State,
    after: State,
    select: (key: string) => boolean = (key) => isServedContent(before, key),
): Difference[] {
    const differences: Difference[] = [];
    for (const [key, identity] of Object.entries(before.identities)) {
        const now = after.identities[key];
        if (now === identity || !select(key)) continue;
        const where = key in before.aws ? "aws" : "kubernetes";
        differences.push({ where, key, path: "metadata.uid", before: identity, ...given("after", now) });
    }
    return differences;
}

/** True for keys of custom resources, CustomResourceDefinitions and Namespaces: what a move may never delete. */
export function isServedContent(state: State, key: string): boolean {
    const [kind = ""] = key.split(" ");
    const guarded = kind === "Namespace" || kind === "apiextensions.k8s.io/CustomResourceDefinition";
    return guarded || state.customKinds.includes(kind);
}

export function countObjects(state: State): { kubernetes: number; aws: number } {
    return { kubernetes: Object.keys(state.kubernetes).length, aws: Object.keys(state.aws).length };
}

type Report = (path: string, before: unknown, after: unknown) => void;

function compareValues(before: unknown, after: unknown, path: string, report: Report): void {
    if (isObject(before) && isObject(after)) {
        for (const key of sortedUnion(before, after)) {
            compareValues(before[key], after[key], join(path, key), report);
        }
    } else if (Array.isArray(before) && Array.isArray(after) && [...before, ...after].every(isObject)) {
        for (let i = 0; i < Math.max(before.length, after.length); i++) {
            compareValues(before[i], after[i], `${path}[${i}]`, report);
        }
    } else if (JSON.stringify(before) !== JSON.stringify(after)) {
        report(path, before, after);
    }
}

function join(path: string, key: string): string {
    if (key.startsWith("[")) return path + key;
    if (!/^[\w-]+$/.test(key)) return `${path}["${key}"]`;
    return path === "" ? key : `${path}.${key}`;
}

function sortedUnion(a: object, b: object): string[] {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
}

function given<K extends string>(key: K, value: unknown): { [P in K]?: unknown } {
    return value === undefined ? {} : ({ [key]: value } as { [P in K]?: unknown });
}
