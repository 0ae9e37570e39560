// A pattern of an IAM policy and a value in, whether the pattern covers the value out.

/** `*` and `?` are IAM's wildcards; case does not count. A pattern covers a narrower pattern too. */
export function coversValue(pattern: string, value: string): boolean {
    const expression = pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".");
    return new RegExp(`^${expression}$`, "i").test(value);
}

/** IAM takes one value where a list of one is meant. */
export function listOf(value: string | string[] | undefined): string[] {
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
