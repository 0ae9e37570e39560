// A remembered object and its live form come in; the remembered one with what people and tools have set since then goes out. Writes nothing.

import { sameJson } from "../../common/canonicalJson";
import type { KubernetesObject, ManagedFieldsEntry } from "../ports/world";
import { isNobodysWish } from "./fieldManagers";

/** Written by whoever issues certificates, under the name of whatever client it uses. */
const ISSUED = new Set(["caBundle"]);

/** Fields of one manager as the API server tells them: keys are `f:field`, `k:{…}` for a list's element, `v:…` for a set's. */
type FieldsV1 = Readonly<Record<string, unknown>>;

export interface KeptChange {
    /** As in "spec.template.spec.containers[main].image". */
    readonly path: string;
    /** The field manager that set it. */
    readonly by: string;
}

export interface WithChanges {
    readonly object: KubernetesObject;
    readonly kept: readonly KeptChange[];
}

/** A field that a person or tool owns and that is not what it was was set since the backup: nobody else could have given it that value. */
export function withChangesOfOthers(remembered: KubernetesObject, live: KubernetesObject): WithChanges {
    const entries = live.metadata.managedFields ?? [];
    if (!entries.some(isSomebodys)) return { object: remembered, kept: [] };
    const object = structuredClone(remembered);
    const all = entries.map(({ fieldsV1 }) => (fieldsV1 ?? {}) as FieldsV1);
    const kept = entries.filter(isSomebodys).flatMap((entry) => {
        const paths: string[] = [];
        keep(entry.fieldsV1 as FieldsV1, all, live, object, "", paths);
        return paths.map((path) => ({ path, by: entry.manager ?? "an unknown field manager" }));
    });
    return { object, kept };
}

/** A line for people. */
export function describeKept(
    { kind, metadata: { name, namespace } }: KubernetesObject,
    kept: readonly KeptChange[],
): string {
    const changes = kept.map(({ path, by }) => `${path} (${by})`).sort();
    return `${kind} ${namespace ? `${namespace}/` : ""}${name} was changed by others since the backup, and their changes stay: ${changes.join(", ")}`;
}

export function isSomebodys({ manager = "", subresource }: ManagedFieldsEntry): boolean {
    return subresource !== "status" && !isNobodysWish(manager);
}

/** The content of an object at some place. */
type Content = Record<string, unknown>;

/** `all` is what every manager owns at this place. */
function keep(
    fields: FieldsV1 | undefined,
    all: readonly FieldsV1[],
    live: unknown,
    into: unknown,
    path: string,
    kept: string[],
): void {
    for (const [key, below] of Object.entries(fields ?? {})) {
        const [kind, name] = [key.slice(0, 2), key.slice(2)];
        const there = all.flatMap((one) => (Object.hasOwn(one, key) ? [one[key] as FieldsV1] : []));
        if (kind === "f:")
            keepField(name, below as FieldsV1, there, live as Content, into as Content, path, kept);
        else if (kind === "k:") keepElement(name, below as FieldsV1, there, live, into, path, kept);
        else if (kind === "v:") keepValue(name, live, into, path, kept);
    }
}

function keepField(
    name: string,
    below: FieldsV1,
    all: readonly FieldsV1[],
    live: Content,
    into: Content,
    path: string,
    kept: string[],
): void {
    const now = own(live, name);
    if (now === undefined || ISSUED.has(name)) return;
    const here = path === "" ? name : `${path}.${name}`;
    const before = own(into, name);
    if (isLeaf(below)) {
        // Left over from a manager whose fields others took: what is owned field by field is nobody's as a whole.
        if (all.some(ownsBelow)) return;
        if (same(before, now)) return;
        put(into, name, structuredClone(now));
        kept.push(here);
        return;
    }
    if (typeof before === "object" && before !== null) {
        keep(below, all, now, before, here, kept);
        return;
    }
    // Only what this manager owns of it comes along.
    const made = Array.isArray(now) ? [] : {};
    const count = kept.length;
    keep(below, all, now, made, here, kept);
    if (kept.length > count) put(into, name, made);
}

function ownsBelow(fields: FieldsV1): boolean {
    return Object.keys(fields).some((key) => key !== ".");
}

/** Also for names such as `__proto__`, which are data here. */
function put(into: Content, name: string, value: unknown): void {
    Object.defineProperty(into, name, { value, configurable: true, enumerable: true, writable: true });
}

function keepElement(
    name: string,
    below: FieldsV1,
    all: readonly FieldsV1[],
    live: unknown,
    into: unknown,
    path: string,
    kept: string[],
): void {
    if (!Array.isArray(live) || !Array.isArray(into)) return;
    const key = JSON.parse(name) as Content;
    const is = (element: unknown) =>
        Object.entries(key).every(([field, value]) => same(own(element as Content, field), value));
    const now = live.find(is);
    if (now === undefined) return;
    const here = `${path}[${Object.values(key).join("/")}]`;
    const before = into.find(is);
    if (before === undefined) {
        into.push(structuredClone(now));
        kept.push(here);
    } else keep(below, all, now, before, here, kept);
}

function keepValue(name: string, live: unknown, into: unknown, path: string, kept: string[]): void {
    if (!Array.isArray(live) || !Array.isArray(into)) return;
    const value = JSON.parse(name) as unknown;
    const is = (element: unknown) => same(element, value);
    if (!live.some(is) || into.some(is)) return;
    into.push(value);
    kept.push(`${path}[${name}]`);
}

/** `.` alone is no leaf: it says who made the map itself, and nothing of what is in it. */
function isLeaf(fields: FieldsV1): boolean {
    return Object.keys(fields ?? {}).length === 0;
}

function own(bag: Content | undefined, name: string): unknown {
    return typeof bag === "object" && bag !== null && Object.hasOwn(bag, name) ? bag[name] : undefined;
}

function same(a: unknown, b: unknown): boolean {
    return (a === undefined) === (b === undefined) && sameJson(a, b);
}
