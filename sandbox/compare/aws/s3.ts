/** S3 comes in; buckets with their settings, and objects with content hash and tags, go out. */
import {
    GetBucketEncryptionCommand,
    GetBucketLoggingCommand,
    GetBucketPolicyCommand,
    GetBucketTaggingCommand,
    GetBucketVersioningCommand,
    GetObjectCommand,
    GetObjectTaggingCommand,
    GetPublicAccessBlockCommand,
    paginateListBuckets,
    paginateListObjectsV2,
    S3Client,
} from "@aws-sdk/client-s3";
import { sha256 } from "../canonicalObject";
import { all, unlessAbsent } from "./pages";
import { type ClientConfig, policyDocument, type Resource, resource } from "./resource";

const NEVER_SET = /^(NoSuch\w+|ServerSideEncryptionConfigurationNotFoundError)$/;

export async function captureS3(config: ClientConfig): Promise<Resource[]> {
    const client = new S3Client({ ...config, forcePathStyle: true });
    const buckets = await all(paginateListBuckets({ client }, {}), (page) => page.Buckets);
    const names = buckets.map((bucket) => bucket.Name ?? "");
    const found = names.map(async (name) => [
        await captureBucket(client, name),
        ...(await captureObjects(client, name)),
    ]);
    return (await Promise.all(found)).flat();
}

async function captureBucket(client: S3Client, Bucket: string): Promise<Resource> {
    const [policy, encryption, access, tags, logging, versioning] = await Promise.all([
        unlessAbsent(NEVER_SET, client.send(new GetBucketPolicyCommand({ Bucket }))),
        unlessAbsent(NEVER_SET, client.send(new GetBucketEncryptionCommand({ Bucket }))),
        unlessAbsent(NEVER_SET, client.send(new GetPublicAccessBlockCommand({ Bucket }))),
        unlessAbsent(NEVER_SET, client.send(new GetBucketTaggingCommand({ Bucket }))),
        client.send(new GetBucketLoggingCommand({ Bucket })),
        client.send(new GetBucketVersioningCommand({ Bucket })),
    ]);
    return resource(`s3:Bucket ${Bucket}`, {
        Policy: policyDocument(policy?.Policy),
        Encryption: encryption?.ServerSideEncryptionConfiguration,
        PublicAccessBlock: access?.PublicAccessBlockConfiguration,
        Tags: tags?.TagSet,
        Logging: logging.LoggingEnabled,
        Versioning: versioning.Status,
    });
}

async function captureObjects(client: S3Client, Bucket: string): Promise<Resource[]> {
    const objects = await all(paginateListObjectsV2({ client }, { Bucket }), (page) => page.Contents);
    return Promise.all(objects.map((object) => captureObject(client, Bucket, object.Key ?? "")));
}

async function captureObject(client: S3Client, Bucket: string, Key: string): Promise<Resource> {
    const [object, tags] = await Promise.all([
        client.send(new GetObjectCommand({ Bucket, Key })),
        client.send(new GetObjectTaggingCommand({ Bucket, Key })),
    ]);
    const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
    const { ContentType, Metadata, ServerSideEncryption } = object;
    const content = {
        ContentType,
        Metadata,
        ServerSideEncryption,
        Content: sha256(bytes),
        Tags: tags.TagSet,
    };
    return resource(`s3:Object ${Bucket}/${Key}`, content);
}
