/** An S3 method, path and query come in (path style, as with an endpoint on 127.0.0.1); the operation goes out. */

/** Query keys that select a sub-resource, with the noun for a bucket and for an object. */
const SUBRESOURCES: Record<string, readonly [bucket: string, object: string]> = {
    tagging: ["BucketTagging", "ObjectTagging"],
    acl: ["BucketAcl", "ObjectAcl"],
    policy: ["BucketPolicy", "BucketPolicy"],
    policyStatus: ["BucketPolicyStatus", "BucketPolicyStatus"],
    encryption: ["BucketEncryption", "BucketEncryption"],
    publicAccessBlock: ["PublicAccessBlock", "PublicAccessBlock"],
    versioning: ["BucketVersioning", "BucketVersioning"],
    logging: ["BucketLogging", "BucketLogging"],
    lifecycle: ["BucketLifecycleConfiguration", "BucketLifecycleConfiguration"],
    ownershipControls: ["BucketOwnershipControls", "BucketOwnershipControls"],
    location: ["BucketLocation", "BucketLocation"],
    cors: ["BucketCors", "BucketCors"],
    notification: ["BucketNotificationConfiguration", "BucketNotificationConfiguration"],
    "object-lock": ["ObjectLockConfiguration", "ObjectLockConfiguration"],
    retention: ["ObjectRetention", "ObjectRetention"],
    attributes: ["ObjectAttributes", "ObjectAttributes"],
};
const VERBS: Record<string, string> = { GET: "Get", HEAD: "Head", PUT: "Put", POST: "Put", DELETE: "Delete" };

export function s3Operation(
    method: string,
    path: string,
    query: URLSearchParams,
): { operation: string; names: string[] } {
    const [bucket, ...keyParts] = path.replace(/^\//, "").split("/");
    const key = keyParts.map(decodeURIComponent).join("/");
    const names = bucket ? [key ? `${decodeURIComponent(bucket)}/${key}` : decodeURIComponent(bucket)] : [];
    return { operation: nameOf(method, Boolean(bucket), key !== "", query), names };
}

function nameOf(method: string, hasBucket: boolean, hasKey: boolean, query: URLSearchParams): string {
    const verb = VERBS[method] ?? method;
    for (const [key, [bucketNoun, objectNoun]] of Object.entries(SUBRESOURCES)) {
        if (query.has(key)) return `${verb}${hasKey ? objectNoun : bucketNoun}`;
    }
    if (!hasBucket) return "ListBuckets";
    if (!hasKey) return bucketOperation(method, query);
    if (query.has("uploads")) return "CreateMultipartUpload";
    if (query.has("uploadId")) return multipartOperation(method);
    return `${verb}Object`;
}

function bucketOperation(method: string, query: URLSearchParams): string {
    switch (method) {
        case "PUT":
            return "CreateBucket";
        case "DELETE":
            return "DeleteBucket";
        case "HEAD":
            return "HeadBucket";
        case "POST":
            return query.has("delete") ? "DeleteObjects" : "PostObject";
        default:
            if (query.has("versions")) return "ListObjectVersions";
            if (query.has("uploads")) return "ListMultipartUploads";
            return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjects";
    }
}

function multipartOperation(method: string): string {
    if (method === "PUT") return "UploadPart";
    if (method === "POST") return "CompleteMultipartUpload";
    return method === "DELETE" ? "AbortMultipartUpload" : "ListParts";
}
