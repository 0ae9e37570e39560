// A name that is not there and the names that are come in; the one that was probably meant goes out. Pure.

/** Undefined when none is near: more than a third of the letters would be others. */
export function nearest(wanted: string, names: readonly string[]): string | undefined {
    const ranked = names
        .map((name) => ({ name, far: distance(wanted.toLowerCase(), name.toLowerCase()) }))
        .sort((one, other) => one.far - other.far || one.name.localeCompare(other.name));
    const [best] = ranked;
    return best !== undefined && best.far <= Math.max(1, Math.floor(wanted.length / 3))
        ? best.name
        : undefined;
}

/** Letters to add, leave out or change: Levenshtein's distance, row by row. */
function distance(from: string, to: string): number {
    let row = Array.from({ length: to.length + 1 }, (_, column) => column);
    for (const [index, letter] of [...from].entries()) {
        const next = [index + 1];
        for (let column = 1; column <= to.length; column++) {
            const change = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
            next.push(Math.min(change, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
        }
        row = next;
    }
    return row[to.length] ?? 0;
}
