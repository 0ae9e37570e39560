// Concurrency with a limit.

/** Calls at once: enough to hide the latency of a full cluster, few enough for an API server and for AWS. */
const AT_ONCE = 16;

/** Runs `work` on all items, at most `atOnce` at a time (default 16), and answers in the order of the items. */
export async function mapConcurrently<T, R>(
    items: readonly T[],
    work: (item: T) => Promise<R>,
    atOnce = AT_ONCE,
): Promise<R[]> {
    const results: R[] = new Array(items.length);
    let next = 0;
    const lane = async () => {
        for (let index = next++; index < items.length; index = next++)
            results[index] = await work(items[index] as T);
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
    return results;
}

/** As above; each item gets its turn, whatever becomes of the others. The first failure is thrown when all have ended. */
export async function mapToTheEnd<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
    const failures: unknown[] = [];
    const results = await mapConcurrently(items, async (item) => {
        try {
            return [await work(item)];
        } catch (error) {
            failures.push(error);
            return [];
        }
    });
    if (failures.length > 0) throw failures[0];
    return results.flat();
}
