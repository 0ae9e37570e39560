// In: a bucket name. Out: that bucket as AWS's setup leaves it: encrypted, no public access, TLS only.

import type { BucketLocationConstraint } from "@aws-sdk/client-s3";
import {
    CreateBucketCommand,
    PutBucketEncryptionCommand,
    PutBucketPolicyCommand,
    PutBucketTaggingCommand,
    PutPublicAccessBlockCommand,
    type S3Client,
} from "@aws-sdk/client-s3";
import { tagList } from "./awsClients";

export async function createTlsBucket(
    s3: S3Client,
    region: string,
    Bucket: string,
    tags: Record<string, string> = {},
): Promise<void> {
    const LocationConstraint = region as BucketLocationConstraint;
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } }));
    const rule = { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" as const } };
    await s3.send(
        new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules: [rule] } }),
    );
    const PublicAccessBlockConfiguration = {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
    };
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(tlsOnly(Bucket)) }));
    if (Object.keys(tags).length > 0) {
        await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tagList(tags) } }));
    }
}

function tlsOnly(bucket: string): object {
    const arn = `arn:aws:s3:::${bucket}`;
    const statement = {
        Sid: "DenyUnsecuredTransport",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
    return { Version: "2012-10-17", Statement: [statement] };
}
