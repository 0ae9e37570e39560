// What a failed create or update may hand to the engine. It travels in the trailer of the answer, which gRPC clients limit (Go's to 16 MiB, Node's to 64 KiB): beyond that the call ends without any state.
import type { Bag } from "./bag";

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

/** Bytes of JSON that surely fit: the trailer carries them as base64, beside the reasons. */
export const PARTIAL_STATE_LIMIT = 36 * 1024;

interface JournalShape {
    readonly document: string;
    readonly hash: string;
}

/** The properties without as much of the journal as does not fit; the cluster's copy, which is newer, has all of it. */
export function fitIntoTrailer(properties: Bag): Bag {
    if (sizeOf(properties) <= PARTIAL_STATE_LIMIT) return properties;
    const { journal, ...rest } = properties;
    if (journal === undefined) return properties;
    const { document, hash } = journal as JournalShape;
    const withoutBackup = { ...rest, journal: { document, hash } };
    return sizeOf(withoutBackup) <= PARTIAL_STATE_LIMIT ? withoutBackup : rest;
}

function sizeOf(properties: Bag): number {
    return Buffer.byteLength(JSON.stringify(properties));
}
