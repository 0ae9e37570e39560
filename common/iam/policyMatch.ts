// A pattern of an IAM policy and a value in, whether the pattern covers the value out.

/** `*` and `?` are IAM's wildcards; case does not count, as for actions. A pattern covers a narrower pattern too. */
export function coversValue(pattern: string, value: string): boolean {
    return coversText(pattern.toLowerCase(), value.toLowerCase());
}

/** The same where case counts, as for values of conditions. */
export function coversText(pattern: string, value: string): boolean {
    const expression = pattern
        .replace(/[.+^${}()|[\]\\]/g, "\\$&")
        .replaceAll("*", ".*")
        .replaceAll("?", ".");
    return new RegExp(`^${expression}$`, "s").test(value);
}

/** IAM takes one value where a list of one is meant. */
export function listOf(value: string | string[] | undefined): string[] {
    return value === undefined ? [] : Array.isArray(value) ? value : [value];
}
