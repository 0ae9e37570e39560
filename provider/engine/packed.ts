// Plain JSON in, compressed base64 text out, and back. Knows nothing of what is in it.
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
