// Plain JSON in, compressed base64 text and its hash out, and back. Knows nothing of what is in it.
import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";

export function pack(content: unknown): string {
    return gzipSync(Buffer.from(JSON.stringify(content)), { level: 9 }).toString("base64");
}

/** Far more than any journal has, and little enough to unpack whatever somebody wrote in its place. */
const UNPACKED_LIMIT = 64 * 1024 * 1024;

export function unpack(packed: string): unknown {
    return JSON.parse(
        gunzipSync(Buffer.from(packed, "base64"), { maxOutputLength: UNPACKED_LIMIT }).toString("utf8"),
    );
}

export function hashOf(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}
