// Pulumi's dynamic-provider process prints the error of a check, diff, read or delete beside answering it, so a person would read it twice. Errors that are marked here are not printed; every other line is.

const MARK = "told in the answer";

/** The process prints an error as text; what the engine gets is its message. */
export function toldInAnswer<Failure extends Error>(error: Failure): Failure {
    return Object.defineProperty(error, "toString", { value: () => MARK });
}

/** For the one process that prints them. */
export function printNoToldErrors(): void {
    const print = console.error;
    console.error = (...lines: unknown[]) => {
        const [line] = lines;
        if (typeof line !== "string" || !line.startsWith(`${MARK}: `)) print(...lines);
    };
}
