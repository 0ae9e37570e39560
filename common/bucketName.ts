// How a bucket of S3 may be called (its rules for general purpose buckets), without what it keeps for itself. Data only.

/** Length and letters; as a part of a larger expression. */
export const BUCKET = "[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]";

/** Neither an IP address nor two dots in a row. */
export const BUCKET_NAME = new RegExp(`^(?!\\d+\\.\\d+\\.\\d+\\.\\d+$)(?!.*\\.\\.)${BUCKET}$`);

/** Buckets whose names start so are reached by the operator's managed policy. */
export const TLS_BUCKET_PREFIX = "hyperpod-tls";
