/** One AWS resource as an SDK answers it comes in; what it says, without times and generated identifiers, goes out. */

import type { Json, JsonObject } from "../capturedState";
import { normalise } from "../namedList";

export interface Resource {
    /** `service:Type name`. */
    key: string;
    /** The identifier AWS gave it, where a new resource of the same name gets another one. */
    identity?: string;
    content: Json;
}

/** Connection settings that all SDK clients of one capture share. */
export interface ClientConfig {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
    maxAttempts: number;
    requestHandler: import("@smithy/node-http-handler").NodeHttpHandler;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const PLUMBING = new Set([
    "$metadata",
    "ResponseMetadata",
    "nextToken",
    "NextToken",
    "Marker",
    "IsTruncated",
]);

export function resource(key: string, answer: unknown, identity?: string): Resource {
    return { key, content: canonicalAnswer(answer), ...(identity === undefined ? {} : { identity }) };
}

export function canonicalAnswer(answer: unknown): Json {
    return normalise(plain(answer) ?? null);
}

/** An ARN that ends in an identifier made at creation: `.../addon/demo/name/*`. */
export function withoutUuid(text: string | undefined): string | undefined {
    return text?.replace(UUID, "*");
}

/** Policies are compared as documents: their layout means nothing. */
export function policyDocument(text: string | undefined): unknown {
    if (text === undefined) return undefined;
    return JSON.parse(text.trimStart().startsWith("{") ? text : decodeURIComponent(text));
}

function plain(value: unknown): Json | undefined {
    if (value instanceof Date || value === undefined) return undefined;
    if (Array.isArray(value)) return value.map((item) => plain(item) ?? null);
    if (typeof value !== "object" || value === null) return value as Json;
    const kept: JsonObject = {};
    for (const [key, child] of Object.entries(value)) {
        // Some services answer no tags with an empty list, and some with none.
        const noTags = key === "Tags" && Array.isArray(child) && child.length === 0;
        if (!PLUMBING.has(key) && !noTags) kept[key] = plain(child);
    }
    return kept;
}
