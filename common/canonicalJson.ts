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
    return canonicalJson(a ?? null) === canonicalJson(b ?? null);
}
