// A bucket's name and an account in, whose bucket it is out. Reads only, and never what is in it.
import type { S3Client } from "@aws-sdk/client-s3";
import { BucketOwner } from "../../ports/world";

/** S3 says only whether the expected owner is right, so another owner is told by a second look without one. */
export async function bucketOwner(client: S3Client, Bucket: string, account: string): Promise<BucketOwner> {
    const { HeadBucketCommand } = await import("@aws-sdk/client-s3");
    const statusOf = async (ExpectedBucketOwner?: string): Promise<number> => {
        try {
            await client.send(
                new HeadBucketCommand({ Bucket, ...(ExpectedBucketOwner ? { ExpectedBucketOwner } : {}) }),
            );
            return 200;
        } catch (error) {
            const { httpStatusCode } = (error as { $metadata?: { httpStatusCode?: number } }).$metadata ?? {};
            // A look is refused, finds nothing, or is sent to another Region; anything else is no answer.
            if (httpStatusCode === 403 || httpStatusCode === 404 || httpStatusCode === 301)
                return httpStatusCode;
            throw error;
        }
    };
    switch (await statusOf(account)) {
        case 200:
            return BucketOwner.ThisAccount;
        case 404:
            return BucketOwner.Nobody;
        default:
            return (await statusOf()) === 200 ? BucketOwner.AnotherAccount : BucketOwner.Unknown;
    }
}
