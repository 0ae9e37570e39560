// A copy of a journal as it lies in the cluster and what a stack knows come in; whether that stack began it goes out. Whoever may create one Secret can write a journal: without this anyone could write ours.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { hashOf } from "../../common/hash";
import type { JournalCopy, JournalHead } from "../ports/journalStore";
import { openCopy } from "./journalDocument";

/** What a journal is about; a mark made for one move says nothing about another. */
export interface JournalBinding {
    readonly clusterArn: string;
    readonly namespace: string;
    readonly release: string;
}

/** What a stack can say for a journal. */
export interface Vouchers {
    /** Keys of the stack, the one to write with first; secret. */
    readonly keys: readonly string[];
    /** Hash of the journal that the user takes over. */
    readonly adopted?: string;
    /** The copy in Pulumi state. */
    readonly state?: JournalCopy;
    /** ARN of the cluster that the move was begun on, as the state says it. */
    readonly clusterArn?: string;
}

const KEY_BYTES = 32;

/** Kept in Pulumi state, as a secret, before the first write of a move. */
export function newJournalKey(): string {
    return randomBytes(KEY_BYTES).toString("base64");
}

export function isJournalKey(value: unknown): value is string {
    return typeof value === "string" && /^[A-Za-z0-9+/]{43}=$/.test(value);
}

/** Says who wrote the document with this hash, and for which move. */
export function markOf(key: string, hash: string, binding: JournalBinding): string {
    const { clusterArn, namespace, release } = binding;
    return createHmac("sha256", Buffer.from(key, "base64"))
        .update(JSON.stringify(["journal", clusterArn, namespace, release, hash]))
        .digest("hex");
}

export function isVouched(head: JournalHead, binding: JournalBinding, vouchers: Vouchers): boolean {
    const { keys, adopted, state } = vouchers;
    if (hashOf(head.document) !== head.hash) return false;
    const { mark } = head;
    if (mark !== undefined && keys.some((key) => equal(markOf(key, head.hash, binding), mark))) return true;
    if (head.hash === adopted) return true;
    if (state === undefined || hashOf(state.document) !== state.hash) return false;
    if (state.hash === head.hash) return true;
    // A state from before there were keys: the random id of the move is all that both hold.
    return keys.length === 0 && idOf(head) === idOf(state);
}

/** What cannot be read equals nothing. */
function idOf(copy: JournalCopy): unknown {
    try {
        return openCopy(copy).document.migrationId;
    } catch {
        return Symbol("unreadable");
    }
}

function equal(a: string, b: string): boolean {
    const [left, right] = [Buffer.from(a), Buffer.from(b)];
    return left.length === right.length && timingSafeEqual(left, right);
}
