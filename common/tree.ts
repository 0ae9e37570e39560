// Trees of values that others wrote: own keys only, each key whole whatever stands in it, and never a way to what all objects inherit. Pure.

export type Values = Readonly<Record<string, unknown>>;

/** Keys from the root down; a key may hold dots. */
export type Path = readonly string[];

export function isTree(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value under a key of its own; what an object inherits is nobody's setting. */
export function own(value: unknown, key: string): unknown {
    return isTree(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

export function at(values: unknown, path: Path): unknown {
    return path.reduce(own, values);
}

/** Makes it a key of its own, `__proto__` too, which an assignment would not. */
function put(target: object, key: string, value: unknown): void {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

export function setAt(target: Record<string, unknown>, path: Path, value: unknown): void {
    let place: Record<string, unknown> = target;
    path.slice(0, -1).forEach((key) => {
        if (!isTree(own(place, key))) put(place, key, {});
        place = own(place, key) as Record<string, unknown>;
    });
    put(place, path[path.length - 1] as string, value);
}

/** `over` wins; trees are laid over each other key by key, at any depth. */
export function merged(base: Values, over: Values): Values {
    const result: Record<string, unknown> = { ...base };
    for (const [key, value] of Object.entries(over)) {
        const before = own(result, key);
        put(result, key, isTree(before) && isTree(value) ? merged(before, value) : value);
    }
    return result;
}

/** Every value that is not a tree; lists and empty trees are values. */
export function leavesOf(values: Values, under: Path = []): { path: Path; value: unknown }[] {
    return Object.entries(values).flatMap(([key, value]) => {
        const path = [...under, key];
        return isTree(value) && Object.keys(value).length > 0 ? leavesOf(value, path) : [{ path, value }];
    });
}

/** As `helm --set` writes it: a dot within a key has a backslash. A key of nothing is shown as "". */
export function nameOf(path: Path): string {
    return path.map((key) => (key === "" ? '""' : key.replaceAll(".", "\\."))).join(".");
}

export function startsWith(path: Path, start: Path): boolean {
    return start.length <= path.length && start.every((key, index) => path[index] === key);
}
