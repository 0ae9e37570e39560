// A policy comes in; the operations of AWS's APIs that it allows, by the names that the emulator knows, go out. Of conditions and resources it says nothing.
import type { Policy } from "../../provider/permissions/awsPolicy";

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

export function allowedOperations({ Statement }: Policy): string[] {
    const actions = new Set(Statement.flatMap(({ Action }) => Action));
    const renamed = Object.entries(ACTIONS)
        .filter(([, action]) => action === undefined || actions.has(action))
        .map(([operation]) => operation);
    const named = [...actions].filter((action) => !Object.keys(ACTIONS).includes(action));
    return [...named, ...renamed].sort();
}
