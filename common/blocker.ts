// What stands in the way of a move, each with a code and a way out. All are told at once, before anything changes.
import type { ErrorCode } from "./errors";
import { oneLine } from "./printable";

export interface Blocker {
    readonly code: ErrorCode;
    /** Input property that the blocker belongs to, as the user writes it. */
    readonly property: string;
    readonly what: string;
    readonly remedy: string;
}

export function describeBlocker({ code, what, remedy }: Omit<Blocker, "property">): string {
    return oneLine(`${what} [${code}]; next: ${remedy}`);
}
