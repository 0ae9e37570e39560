// Gates for those who need no lock: the lock itself, and whoever never writes.
import type { Gate, Pass } from "../ports/world";

const NEVER_ABORTED = new AbortController().signal;
const PASS: Pass = { signal: NEVER_ABORTED, validForMs: 10_000, isValid: () => true };

/** The lock itself, and giving it back, must work when nothing else may be written. */
export const openGate: Gate = { check: () => undefined, pass: async () => PASS };

/** For clients that only read: a write through them is a mistake of this package. */
export const closedGate: Gate = {
    check: () => undefined,
    pass: async () => {
        throw new Error("a write was tried through a client that only reads");
    },
};
