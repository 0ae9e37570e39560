// Keeps a process alive and calm whose output nobody reads any more.

/**
 * A CLI that was killed leaves stdout and stderr without a reader. Unheard, the error of a write is an uncaught exception; the SDK
 * writes those to stderr, which is the next one, and the process would turn in this circle for ever, without coming to a safe point.
 */
export function ignoreClosedPipes(): void {
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}
