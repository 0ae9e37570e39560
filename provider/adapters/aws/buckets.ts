// Takes an S3 bucket away when it is empty. Never deletes an object.
import { openGate } from "../locklessGates";
import { openClient } from "./client";
import type { AwsSession } from "./session";

/** Answers whether the bucket is gone; one that holds objects stays. */
export async function deleteBucketIfEmpty(session: AwsSession, bucket: string): Promise<boolean> {
    const { DeleteBucketCommand, S3Client } = await import("@aws-sdk/client-s3");
    const client = openClient(S3Client, session, "s3", openGate);
    try {
        await client.send(new DeleteBucketCommand({ Bucket: bucket }));
        return true;
    } catch (error) {
        const { name } = error as { name?: string };
        if (name === "BucketNotEmpty") return false;
        if (name === "NoSuchBucket" || name === "NotFound") return true;
        throw error;
    } finally {
        client.destroy();
    }
}
