// Text in, its SHA-256 out.
import { createHash } from "node:crypto";

/** Hexadecimal. */
export function hashOf(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}
