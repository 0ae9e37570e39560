// In: a sandbox. Out: AWS SDK clients straight to its emulator, past the fault proxy. Makes no call by itself.
import { ACMClient } from "@aws-sdk/client-acm";
import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import { IAMClient } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Sandbox } from "../sandboxHandle";

const timeouts = { connectionTimeout: 5_000, requestTimeout: 30_000 };

export function awsClients(sandbox: Sandbox) {
    const config = {
        endpoint: sandbox.aws.endpoint,
        region: sandbox.region,
        credentials: { accessKeyId: "AKIASANDBOXCONTENT01", secretAccessKey: "sandbox" },
        customUserAgent: "sandbox-content",
        requestHandler: new NodeHttpHandler(timeouts),
    };
    return {
        acm: new ACMClient(config),
        ec2: new EC2Client(config),
        eks: new EKSClient(config),
        elb: new ElasticLoadBalancingV2Client(config),
        iam: new IAMClient(config),
        s3: new S3Client({ ...config, forcePathStyle: true }),
        sagemaker: new SageMakerClient(config),
    };
}

export type AwsClients = ReturnType<typeof awsClients>;

/** A value that the emulator always sends but the SDK's types call optional. */
export function given<T>(value: T | undefined, what: string): T {
    if (value === undefined) throw new Error(`The AWS emulator answered without ${what}.`);
    return value;
}

export function tagList(tags: Record<string, string>): { Key: string; Value: string }[] {
    return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
