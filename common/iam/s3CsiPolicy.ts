// Partition and buckets come in, the permissions of the S3 CSI driver go out. Pure.
import { policyOf } from "./policyOf";

/** What the S3 CSI driver does with the buckets that models are in. */
export function s3CsiPolicy(partition: string, bucketArns: readonly string[] | undefined): object {
    const buckets = bucketArns ?? [`arn:${partition}:s3:::*`];
    return policyOf(
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
