// A component's name comes in, prefixes of AWS names within AWS's limits go out. The provider adds 26 unique digits.

import { TLS_BUCKET_PREFIX } from "../common/bucketName";
import { EXECUTION_ROLE_PREFIX } from "../common/operatorNames";

const iamPrefixLimit = 38;
const bucketPrefixLimit = 37;

/** Role name prefix, like "inference-keda-"; the part is never cut, the component's name may be. */
export function rolePrefix(name: string, part: string): string {
    const safe = name.replace(/[^\w+=,.@-]/g, "-").slice(0, iamPrefixLimit - part.length - 2);
    return `${safe}-${part}-`;
}

/** The operator's role must begin with this, or the add-on refuses it. */
export const executionRolePrefix = `${EXECUTION_ROLE_PREFIX}-`;

/** Bucket name prefix that the operator's managed policy reaches. */
export function tlsBucketPrefix(name: string): string {
    const safe = name
        .toLowerCase()
        .replace(/[^a-z0-9-]+/g, "-")
        .replace(/^-+|-+$/g, "");
    const room = bucketPrefixLimit - `${TLS_BUCKET_PREFIX}--`.length;
    const short = safe.slice(0, room).replace(/-+$/, "");
    return short ? `${TLS_BUCKET_PREFIX}-${short}-` : `${TLS_BUCKET_PREFIX}-`;
}
