// Spans of time come in; how long at least one of them lasted goes out, so that waits at the same time count once.
import type { Span } from "../watch/observation";

/** Milliseconds inside `within`. */
export function covered(spans: readonly Span[], within: Span): number {
    const clipped = spans
        .map(({ begin, end }) => ({ begin: Math.max(begin, within.begin), end: Math.min(end, within.end) }))
        .filter(({ begin, end }) => end > begin)
        .sort((a, b) => a.begin - b.begin);
    let [total, reached] = [0, within.begin];
    for (const { begin, end } of clipped) {
        total += Math.max(0, end - Math.max(begin, reached));
        reached = Math.max(reached, end);
    }
    return total;
}
