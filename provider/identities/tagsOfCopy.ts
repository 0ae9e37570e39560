// A role that is copied and the tags that a user demands come in, the tags of the copy go out, without the mark of its move. Pure.

/** AWS keeps tags that start with `aws:` for itself, for instance those of CloudFormation. IAM takes keys that differ in case alone for one. */
export function tagsOfCopy(
    { tags }: { readonly tags: Readonly<Record<string, string>> },
    demanded: Readonly<Record<string, string>>,
): Record<string, string> {
    const given = new Set(Object.keys(demanded).map((key) => key.toLowerCase()));
    const kept = Object.entries(tags).filter(([key]) => !/^aws:/i.test(key) && !given.has(key.toLowerCase()));
    return { ...Object.fromEntries(kept), ...demanded };
}
