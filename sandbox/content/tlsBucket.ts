// In: a bucket name. Out: that bucket with encryption and public access block. No TLS-only policy: the emulator ignores its condition and would deny everything.

import type { BucketLocationConstraint } from "@aws-sdk/client-s3";
import {
    CreateBucketCommand,
    PutBucketEncryptionCommand,
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
    if (Object.keys(tags).length > 0) {
        await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tagList(tags) } }));
    }
}
