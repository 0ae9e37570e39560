// A policy with placeholders comes in; the calls that it allows, by the names that the emulator knows and in one account, go out. Of conditions it says nothing.

import type { Policy } from "../../provider/permissions/awsPolicy";
import type { AllowedCalls } from "../../sandbox/aws/emulator";

/** Where IAM's action is not called as the API's operation; undefined ones need no permission. */
const ACTIONS: Readonly<Record<string, string | undefined>> = {
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:DeleteBucketTagging": "s3:PutBucketTagging",
    "sts:GetCallerIdentity": undefined,
};

/** `values` are what is put in for the placeholders of the policy's resources. */
export function allowedCalls(
    { Statement }: Policy,
    values: Readonly<Record<string, string>>,
): AllowedCalls[] {
    const filled = (resource: string) =>
        Object.entries(values).reduce((arn, [name, value]) => arn.replaceAll(name, value), resource);
    const free = Object.keys(ACTIONS).filter((operation) => ACTIONS[operation] === undefined);
    return [
        { operations: free, resources: ["*"] },
        ...Statement.map(({ Action, Resource }) => ({
            operations: [Action].flat().flatMap(operationsOf),
            resources: [Resource].flat().map(filled),
        })),
    ];
}

function operationsOf(action: string): string[] {
    const renamed = Object.keys(ACTIONS).filter((operation) => ACTIONS[operation] === action);
    return action in ACTIONS ? renamed : [action, ...renamed];
}
