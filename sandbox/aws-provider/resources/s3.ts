// aws.s3.Bucket and the resources that each hold one setting of a bucket, for real.
import * as s3 from "@aws-sdk/client-s3";
import { tagList, tagMap, unlessAbsent } from "../awsClients";
import { type Call, type ResourceType, uniqueName } from "../resourceType";
import type { Properties } from "../values";

export const bucket: ResourceType = {
    module: "s3/bucket",
    argumentsName: "BucketArgs",
    applied: ["bucket", "bucketPrefix", "tags", "region"],
    replacedBy: ["bucket", "bucketPrefix", "region"],
    computed: ["arn", "bucket", "bucketDomainName", "tagsAll"],
    async create(call, inputs) {
        const { aws, name } = call;
        const Bucket = inputs.bucket ?? uniqueName(inputs.bucketPrefix ?? `${name}-`);
        const LocationConstraint = aws.region as s3.BucketLocationConstraint;
        await aws.s3.send(
            new s3.CreateBucketCommand({
                Bucket,
                ...(aws.region === "us-east-1" ? {} : { CreateBucketConfiguration: { LocationConstraint } }),
            }),
        );
        if (inputs.tags) await setTags(call, Bucket, inputs.tags);
        return { id: Bucket, outputs: outputsOf(Bucket, inputs, inputs.tags ?? {}) };
    },
    async read(call, id, outputs) {
        const there = await unlessAbsent(call.aws.s3.send(new s3.HeadBucketCommand({ Bucket: id })));
        if (!there) return undefined;
        const tagging = await unlessAbsent(call.aws.s3.send(new s3.GetBucketTaggingCommand({ Bucket: id })));
        return outputsOf(id, outputs ?? {}, tagMap(tagging?.TagSet));
    },
    async update(call, id, olds, news) {
        await setTags(call, id, news.tags ?? {});
        return outputsOf(id, { ...olds, ...news }, news.tags ?? {});
    },
    async remove({ aws }, id) {
        await unlessAbsent(aws.s3.send(new s3.DeleteBucketCommand({ Bucket: id })));
    },
};

function outputsOf(name: string, inputs: Properties, tags: Record<string, string>): Properties {
    return {
        ...inputs,
        bucket: name,
        arn: `arn:aws:s3:::${name}`,
        bucketDomainName: `${name}.s3.amazonaws.com`,
        tags,
        tagsAll: tags,
    };
}

async function setTags({ aws }: Call, Bucket: string, tags: Record<string, string>): Promise<void> {
    if (Object.keys(tags).length === 0) {
        await aws.s3.send(new s3.DeleteBucketTaggingCommand({ Bucket }));
        return;
    }
    await aws.s3.send(new s3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tagList(tags) } }));
}

/** A resource that is one setting of a bucket: created and updated by putting it. */
function setting(
    name: string,
    applied: string[],
    put: (call: Call, Bucket: string, inputs: Properties) => Promise<unknown>,
    get: (call: Call, Bucket: string) => Promise<Properties | undefined>,
    remove: (call: Call, Bucket: string) => Promise<unknown>,
): ResourceType {
    return {
        module: `s3/${name.charAt(0).toLowerCase()}${name.slice(1)}`,
        argumentsName: `${name}Args`,
        applied: ["bucket", "region", ...applied],
        documents: applied.filter((key) => key === "policy"),
        replacedBy: ["bucket", "region"],
        computed: [],
        async create(call, inputs) {
            await put(call, inputs.bucket, inputs);
            return { id: inputs.bucket, outputs: inputs };
        },
        async read(call, id, outputs) {
            const there = await get(call, id);
            return there && { ...outputs, bucket: id, ...there };
        },
        async update(call, id, _olds, news) {
            await put(call, id, news);
            return news;
        },
        async remove(call, id) {
            await unlessAbsent(remove(call, id));
        },
    };
}

const blocks = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"] as const;
const capital = (key: string) => key.charAt(0).toUpperCase() + key.slice(1);

export const bucketPublicAccessBlock = setting(
    "BucketPublicAccessBlock",
    [...blocks],
    ({ aws }, Bucket, inputs) =>
        aws.s3.send(
            new s3.PutPublicAccessBlockCommand({
                Bucket,
                PublicAccessBlockConfiguration: Object.fromEntries(
                    blocks.map((key) => [capital(key), inputs[key] ?? false]),
                ),
            }),
        ),
    async ({ aws }, Bucket) => {
        const answer = await unlessAbsent(aws.s3.send(new s3.GetPublicAccessBlockCommand({ Bucket })));
        const there = answer?.PublicAccessBlockConfiguration as Record<string, boolean> | undefined;
        return there && Object.fromEntries(blocks.map((key) => [key, there[capital(key)] ?? false]));
    },
    ({ aws }, Bucket) => aws.s3.send(new s3.DeletePublicAccessBlockCommand({ Bucket })),
);

export const bucketPolicy = setting(
    "BucketPolicy",
    ["policy"],
    ({ aws }, Bucket, inputs) =>
        aws.s3.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: inputs.policy })),
    async ({ aws }, Bucket) => {
        const there = await unlessAbsent(aws.s3.send(new s3.GetBucketPolicyCommand({ Bucket })));
        return there && { policy: there.Policy };
    },
    ({ aws }, Bucket) => aws.s3.send(new s3.DeleteBucketPolicyCommand({ Bucket })),
);

function ruleOutputs({
    ApplyServerSideEncryptionByDefault: byDefault,
    BucketKeyEnabled,
}: s3.ServerSideEncryptionRule) {
    const kmsMasterKeyId = byDefault?.KMSMasterKeyID;
    return {
        applyServerSideEncryptionByDefault: {
            sseAlgorithm: byDefault?.SSEAlgorithm,
            ...(kmsMasterKeyId ? { kmsMasterKeyId } : {}),
        },
        ...(BucketKeyEnabled ? { bucketKeyEnabled: true } : {}),
    };
}

export const bucketEncryption = setting(
    "BucketServerSideEncryptionConfiguration",
    ["rules"],
    ({ aws }, Bucket, inputs) =>
        aws.s3.send(
            new s3.PutBucketEncryptionCommand({
                Bucket,
                ServerSideEncryptionConfiguration: {
                    Rules: (inputs.rules as Properties[]).map((rule) => ({
                        ApplyServerSideEncryptionByDefault: {
                            SSEAlgorithm: rule.applyServerSideEncryptionByDefault?.sseAlgorithm,
                            KMSMasterKeyID: rule.applyServerSideEncryptionByDefault?.kmsMasterKeyId,
                        },
                        BucketKeyEnabled: rule.bucketKeyEnabled,
                    })),
                },
            }),
        ),
    async ({ aws }, Bucket) => {
        const there = await unlessAbsent(aws.s3.send(new s3.GetBucketEncryptionCommand({ Bucket })));
        return there && { rules: (there.ServerSideEncryptionConfiguration?.Rules ?? []).map(ruleOutputs) };
    },
    ({ aws }, Bucket) => aws.s3.send(new s3.DeleteBucketEncryptionCommand({ Bucket })),
);

export const bucketLogging = setting(
    "BucketLogging",
    ["targetBucket", "targetPrefix"],
    ({ aws }, Bucket, inputs) =>
        aws.s3.send(
            new s3.PutBucketLoggingCommand({
                Bucket,
                BucketLoggingStatus: {
                    LoggingEnabled: { TargetBucket: inputs.targetBucket, TargetPrefix: inputs.targetPrefix },
                },
            }),
        ),
    async ({ aws }, Bucket) => {
        const there = await unlessAbsent(aws.s3.send(new s3.GetBucketLoggingCommand({ Bucket })));
        const on = there?.LoggingEnabled;
        return on && { targetBucket: on.TargetBucket, targetPrefix: on.TargetPrefix };
    },
    ({ aws }, Bucket) => aws.s3.send(new s3.PutBucketLoggingCommand({ Bucket, BucketLoggingStatus: {} })),
);
