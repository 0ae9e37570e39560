// Plain JSON in, compressed base64 text out, and back. Knows nothing of what is in it.

import { gunzipSync, gzipSync } from "node:zlib";
import { UNPACKED_LIMIT_BYTES } from "../../common/unpackedLimit";

export function pack(content: unknown): string {
    return gzipSync(Buffer.from(JSON.stringify(content))).toString("base64");
}

export function unpack(packed: string): unknown {
    return JSON.parse(
        gunzipSync(Buffer.from(packed, "base64"), { maxOutputLength: UNPACKED_LIMIT_BYTES }).toString("utf8"),
    );
}
