/** A paginator of the AWS SDK comes in; the items of all its pages go out. */
export async function all<Page, Item>(
    pages: AsyncIterable<Page>,
    items: (page: Page) => Item[] | undefined,
): Promise<Item[]> {
    const found: Item[] = [];
    for await (const page of pages) found.push(...(items(page) ?? []));
    return found;
}

/** Some settings are errors when they were never set: these names mean "not there", any other error is one. */
export async function unlessAbsent<T>(absent: RegExp, answer: Promise<T>): Promise<T | undefined> {
    try {
        return await answer;
    } catch (error) {
        if (error instanceof Error && absent.test(error.name)) return undefined;
        throw error;
    }
}
