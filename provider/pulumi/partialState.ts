// What a failed create or update may hand to the engine. It travels in the trailer of the answer, which the engine takes up to 16 MiB: beyond that the call ends without any state.
import type { Bag } from "./propertyBag";

/** How a failed create or update hands its half-done state to the engine; the next update continues from it. */
export class PartialFailure extends Error {
    constructor(
        readonly id: string,
        readonly properties: Bag,
        readonly reasons: string[],
    ) {
        super(reasons.join("\n"));
        this.name = "PartialFailure";
    }
}

/** Bytes of JSON that surely fit, beside the reasons, and that a state can hold. */
export const PARTIAL_STATE_LIMIT = 512 * 1024;

interface JournalShape {
    readonly document: string;
    readonly hash: string;
}

export interface Fitted {
    readonly properties: Bag;
    /** What had to be left out, for people. */
    readonly told: readonly string[];
}

/** The properties without as much of the journal as does not fit; the cluster's copy, which is newer, has all of it. */
export function fitIntoTrailer(properties: Bag): Fitted {
    const { journal, ...rest } = properties;
    if (journal === undefined || sizeOf(properties) <= PARTIAL_STATE_LIMIT) return { properties, told: [] };
    const { document, hash } = journal as JournalShape;
    const withoutBackup = { ...rest, journal: { document, hash } };
    const isEnough = sizeOf(withoutBackup) <= PARTIAL_STATE_LIMIT;
    return {
        properties: isEnough ? withoutBackup : rest,
        told: [
            `the ${isEnough ? "backup" : "journal"} is too large for the state (${Math.ceil(sizeOf(journal) / 1024)} KiB): until the next command that ends well, the undo needs the journal's Secrets in the cluster`,
        ],
    };
}

function sizeOf(value: unknown): number {
    return Buffer.byteLength(JSON.stringify(value));
}
