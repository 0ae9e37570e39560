// A value comes in, its JSON text with sorted keys goes out, so that a second preview has nothing to say.

export function canonicalJson(value: unknown): string {
    return JSON.stringify(value, (_, inside: unknown) =>
        inside !== null && typeof inside === "object" && !Array.isArray(inside)
            ? Object.fromEntries(Object.entries(inside).sort(([a], [b]) => (a < b ? -1 : 1)))
            : inside,
    );
}

/** Whether two values say the same: neither the order of keys nor absent against null counts. */
export function sameJson(a: unknown, b: unknown): boolean {
    return same(a ?? null, b ?? null);
}

/** Without their texts: most of what is compared is equal, and large. */
function same(a: unknown, b: unknown): boolean {
    if (a === b) return true;
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
    if (Array.isArray(a) || Array.isArray(b))
        return (
            Array.isArray(a) &&
            Array.isArray(b) &&
            a.length === b.length &&
            a.every((item, index) => sameJson(item, b[index]))
        );
    const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
    return (
        Object.keys(left).every((key) => left[key] === undefined || isIn(right, key, left[key])) &&
        Object.keys(right).every((key) => right[key] === undefined || Object.hasOwn(left, key))
    );
}

function isIn(bag: Record<string, unknown>, key: string, value: unknown): boolean {
    return Object.hasOwn(bag, key) && same(bag[key], value);
}
