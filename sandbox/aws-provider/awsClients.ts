// A Region comes in, SDK clients for it go out; AWS_ENDPOINT_URL says where they call.
import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { IAMClient } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { NodeHttpHandler } from "@smithy/node-http-handler";

export class AwsClients {
    readonly ec2: EC2Client;
    readonly eks: EKSClient;
    readonly iam: IAMClient;
    readonly s3: S3Client;
    readonly sts: STSClient;

    constructor(readonly region: string) {
        const requestHandler = new NodeHttpHandler({ connectionTimeout: 5_000, requestTimeout: 30_000 });
        const settings = { region, maxAttempts: 8, requestHandler };
        this.ec2 = new EC2Client(settings);
        this.eks = new EKSClient(settings);
        this.iam = new IAMClient(settings);
        this.s3 = new S3Client({ ...settings, forcePathStyle: true });
        this.sts = new STSClient(settings);
    }
}

/** Whether the error says that the thing is not there. */
export function isAbsent(error: unknown): boolean {
    const { name = "", $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
    return /NoSuch|NotFound/.test(name) || $metadata?.httpStatusCode === 404;
}

/** The answer, or undefined when the thing is not there. */
export async function unlessAbsent<T>(call: Promise<T>): Promise<T | undefined> {
    try {
        return await call;
    } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
    }
}

export function tagList(tags: Record<string, string> | undefined): { Key: string; Value: string }[] {
    return Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}

export function tagMap(
    tags: { Key?: string | undefined; Value?: string | undefined }[] | undefined,
): Record<string, string> {
    return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}

/** Keys to remove and tags to set, to come from the one set to the other. */
export function tagChanges(olds: Record<string, string> = {}, news: Record<string, string> = {}) {
    const removed = Object.keys(olds).filter((key) => !(key in news));
    const set = Object.fromEntries(Object.entries(news).filter(([key, value]) => olds[key] !== value));
    return { removed, set };
}
