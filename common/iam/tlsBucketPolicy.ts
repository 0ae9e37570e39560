// Buckets and objects come in, the permissions on the TLS buckets go out: the role's, and the bucket's own. Pure.
import { TLS_BUCKET_PREFIX } from "../bucketName";
import { policyOf } from "./policyOf";

/** The managed policy of the operator reaches only buckets with this prefix. */
export function isReachedByManagedPolicy(bucket: string): boolean {
    return bucket.startsWith(TLS_BUCKET_PREFIX);
}

/** What the operator needs on the objects of TLS buckets that its managed policy does not reach. */
export const TLS_BUCKET_ACTIONS = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"];

/** Each of these actions on these objects; writing only in this account. */
export function tlsBucketPolicy(objects: string | string[], accountId: string): object {
    const inThisAccount = { StringEquals: { "aws:ResourceAccount": accountId } };
    return policyOf(
        {
            Sid: "TLSBucketDeleteObjectsPermission",
            Effect: "Allow",
            Action: ["s3:DeleteObject"],
            Resource: objects,
            Condition: inThisAccount,
        },
        { Sid: "TLSBucketGetObjectAccess", Effect: "Allow", Action: ["s3:GetObject"], Resource: objects },
        {
            Sid: "TLSBucketPutObjectAccess",
            Effect: "Allow",
            Action: ["s3:PutObject", "s3:PutObjectTagging"],
            Resource: objects,
            Condition: inThisAccount,
        },
    );
}

/** The same in fewer characters, for many buckets. */
export function compactTlsBucketPolicy(objects: string[], accountId: string): object {
    return policyOf(
        { Effect: "Allow", Action: "s3:GetObject", Resource: objects },
        {
            Effect: "Allow",
            Action: ["s3:DeleteObject", "s3:PutObject", "s3:PutObjectTagging"],
            Resource: objects,
            Condition: { StringEquals: { "aws:ResourceAccount": accountId } },
        },
    );
}

/** Nobody reaches the TLS bucket without TLS. */
export function onlyWithTls(partition: string, bucket: string): object {
    return policyOf({
        Sid: "DenyUnsecuredTransport",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [`arn:${partition}:s3:::${bucket}`, `arn:${partition}:s3:::${bucket}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
}
