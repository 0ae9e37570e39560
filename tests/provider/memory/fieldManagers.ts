// The former and the next form of an object in, its managedFields out: who owns which field, by the rules of the API server. Lists are atomic, but for owners, finalizers and webhooks.
import type { KubernetesObject, ManagedFieldsEntry } from "../../../provider/ports/world";

type Leaves = ReadonlyMap<string, string>;
type Tree = { [key: string]: Tree };

const SEPARATOR = "\n";
const UNOWNED_METADATA = new Set([
    "name",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "managedFields",
]);

export interface Writer {
    readonly manager: string;
    readonly operation: "Update" | "Apply";
    readonly subresource?: "status";
}

const leaves = new WeakMap<object, Leaves>();

/** Every field that can have an owner, with its value as text. */
export function leavesOf(object: KubernetesObject): Leaves {
    const cached = leaves.get(object);
    if (cached !== undefined) return cached;
    const found = new Map<string, string>();
    leaves.set(object, found);
    const { apiVersion: _, kind: __, metadata, ...rest } = object;
    const owned = Object.fromEntries(Object.entries(metadata).filter(([key]) => !UNOWNED_METADATA.has(key)));
    collect({ ...(Object.keys(owned).length > 0 ? { metadata: owned } : {}), ...rest }, "", "", found);
    return found;
}

/** The same but for fields that nobody owns. */
export function hasLeavesOf(object: KubernetesObject, other: KubernetesObject): void {
    leaves.set(object, leavesOf(other));
}

/** `path` with a separator at its end, but for the whole object. */
function collect(value: unknown, path: string, last: string, into: Map<string, string>): void {
    if (Array.isArray(value)) {
        if (last === "f:ownerReferences")
            for (const owner of value as { uid: string }[])
                into.set(`${path}k:${JSON.stringify({ uid: owner.uid })}`, JSON.stringify(owner));
        else if (last === "f:webhooks")
            for (const item of value as { name: string }[])
                collect(item, `${path}k:${JSON.stringify({ name: item.name })}${SEPARATOR}`, "", into);
        else if (last === "f:finalizers")
            for (const item of value) into.set(`${path}v:${JSON.stringify(item)}`, "");
        else into.set(path.slice(0, -1), JSON.stringify(value));
    } else if (typeof value === "object" && value !== null && Object.keys(value).length > 0) {
        for (const [key, child] of Object.entries(value))
            collect(child, `${path}f:${key}${SEPARATOR}`, `f:${key}`, into);
    } else if (path !== "") into.set(path.slice(0, -1), JSON.stringify(value));
}

/** Entries after a write. `given` are those that the writer itself sent in the object. */
export function managersAfter(
    before: KubernetesObject | undefined,
    after: KubernetesObject,
    writer: Writer,
    time: string,
    applied?: ReadonlySet<string>,
    given?: readonly ManagedFieldsEntry[],
): ManagedFieldsEntry[] {
    const [old, now]: [Leaves, Leaves] = [before ? leavesOf(before) : new Map(), leavesOf(after)];
    const changed = new Set(
        [...now].filter(([path, value]) => old.get(path) !== value).map(([path]) => path),
    );
    const entries = given ?? before?.metadata.managedFields ?? [];
    const isMine = (entry: ManagedFieldsEntry) =>
        entry.manager === writer.manager &&
        entry.operation === writer.operation &&
        entry.subresource === writer.subresource;
    const result: ManagedFieldsEntry[] = [];
    let mine = new Set<string>(applied ?? changed);
    for (const entry of entries) {
        const paths = pathsOf(entry.fieldsV1);
        if (isMine(entry)) {
            if (applied === undefined)
                mine = new Set([...[...paths].filter((path) => now.has(path)), ...mine]);
            continue;
        }
        const kept = [...paths].filter(
            (path) => now.has(path) && (given !== undefined || !changed.has(path)),
        );
        if (kept.length === paths.size) result.push(entry);
        else if (kept.length > 0) result.push({ ...entry, fieldsV1: treeOf(kept) });
    }
    if (mine.size > 0) {
        const former = entries.find(isMine);
        const fieldsV1 = treeOf(mine);
        const same = former !== undefined && JSON.stringify(former.fieldsV1) === JSON.stringify(fieldsV1);
        if (same && changed.size === 0) result.push(former);
        else
            result.push({
                manager: writer.manager,
                operation: writer.operation,
                apiVersion: after.apiVersion,
                time,
                ...(writer.subresource ? { subresource: writer.subresource } : {}),
                fieldsType: "FieldsV1",
                fieldsV1,
            });
    }
    return result.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function order({ operation, manager, subresource }: ManagedFieldsEntry): string {
    return `${operation === "Apply" ? 0 : 1} ${manager} ${subresource ?? ""}`;
}

const known = new WeakMap<object, ReadonlySet<string>>();

export function pathsOf(fields: unknown): ReadonlySet<string> {
    if (typeof fields !== "object" || fields === null) return new Set();
    const cached = known.get(fields);
    if (cached !== undefined) return cached;
    const paths = new Set<string>();
    const walk = (tree: Tree, path: readonly string[]) => {
        const children = Object.entries(tree);
        if (children.length === 0) paths.add(path.join(SEPARATOR));
        for (const [key, child] of children) walk(child, [...path, key]);
    };
    walk(fields as Tree, []);
    known.set(fields, paths);
    return paths;
}

function treeOf(paths: Iterable<string>): Tree {
    const tree: Tree = {};
    for (const path of [...paths].sort()) {
        let place = tree;
        for (const key of path.split(SEPARATOR)) {
            place[key] ??= {};
            place = place[key];
        }
    }
    return tree;
}
