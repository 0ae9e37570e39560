// Partition and buckets come in, the permission documents of the roles go out: each stands here once. Pure; the load balancer's is in albPolicy.ts.
import { TLS_BUCKET_PREFIX } from "../names";

const document = (...statements: object[]) => ({ Version: "2012-10-17", Statement: statements });

/** What the KEDA operator reads to scale models. */
export function kedaPolicy(): object {
    return document({
        Effect: "Allow",
        Action: [
            "cloudwatch:GetMetricData",
            "cloudwatch:GetMetricStatistics",
            "cloudwatch:ListMetrics",
            "aps:QueryMetrics",
            "aps:GetLabels",
            "aps:GetSeries",
            "aps:GetMetricMetadata",
        ],
        Resource: "*",
    });
}

/** What the S3 CSI driver does with the buckets that models are in. */
export function s3CsiPolicy(partition: string, bucketArns: readonly string[] | undefined): object {
    const buckets = bucketArns ?? [`arn:${partition}:s3:::*`];
    return document(
        {
            Effect: "Allow",
            Action: ["s3:ListBucket"],
            Resource: buckets.map((arn) => arn.replace(/(?<=:::[^/]+)\/.*$/, "")),
        },
        {
            Effect: "Allow",
            Action: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"],
            Resource: buckets.map((arn) => (arn.includes("/") ? arn : `${arn}/*`)),
        },
    );
}

/** The managed policy of the operator reaches only buckets with this prefix. */
export function isReachedByManagedPolicy(bucket: string): boolean {
    return bucket.startsWith(TLS_BUCKET_PREFIX);
}

/** What the operator needs on the objects of TLS buckets that its managed policy does not reach. */
export const TLS_BUCKET_ACTIONS = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"];

/** Each of these actions on these objects; writing only in this account. */
export function tlsBucketPolicy(objects: string | string[], accountId: string): object {
    const inThisAccount = { StringEquals: { "aws:ResourceAccount": accountId } };
    return document(
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
    return document(
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
    return document({
        Sid: "DenyUnsecuredTransport",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [`arn:${partition}:s3:::${bucket}`, `arn:${partition}:s3:::${bucket}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
    });
}
