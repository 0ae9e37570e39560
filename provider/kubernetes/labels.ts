// Labels of an object and those that a selector wants come in; whether it carries them all goes out. Pure.

/** True where none is wanted: a caller to whom that means nothing asks first. */
export function carriesLabels(
    labels: Readonly<Record<string, string>> | undefined,
    wanted: Readonly<Record<string, unknown>>,
): boolean {
    return Object.entries(wanted).every(([key, value]) => labels?.[key] === value);
}
