// Concurrency with a limit.

/** Runs `work` on all items, at most `width` at a time, keeping the order. */
export async function inGroups<T, R>(
    items: readonly T[],
    width: number,
    work: (item: T) => Promise<R>,
): Promise<R[]> {
    const results: R[] = new Array(items.length);
    let next = 0;
    const lane = async () => {
        for (let index = next++; index < items.length; index = next++)
            results[index] = await work(items[index] as T);
    };
    await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
    return results;
}
