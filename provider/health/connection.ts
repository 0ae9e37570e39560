// Region, profile and role come in, SDK clients with time limits go out. Makes no call by itself.
import type { EKSClient } from "@aws-sdk/client-eks";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SageMakerClient } from "@aws-sdk/client-sagemaker";

/** Whose AWS account and Region the calls go to: the same as the user's aws provider. */
export interface Connection {
    region: string;
    profile?: string;
    roleArn?: string;
}

type Credentials = ReturnType<typeof import("@aws-sdk/credential-providers").fromTemporaryCredentials>;

const attempts = { maxAttempts: 6, retryMode: "adaptive" } as const;
const credentialsOf = new Map<string, Credentials>();

/** One credentials source per profile and role, so that a role is assumed once and not for every call. */
export function credentials(connection: Connection): Credentials {
    const key = JSON.stringify([connection.region, connection.profile, connection.roleArn]);
    const there = credentialsOf.get(key);
    if (there) return there;
    // Loaded here: loading the SDK costs more than everything else in this package.
    const { fromNodeProviderChain, fromTemporaryCredentials } =
        require("@aws-sdk/credential-providers") as typeof import("@aws-sdk/credential-providers");
    const base = fromNodeProviderChain(connection.profile ? { profile: connection.profile } : {});
    const made = connection.roleArn
        ? fromTemporaryCredentials({
              masterCredentials: base,
              params: { RoleArn: connection.roleArn, RoleSessionName: "pulumi-hyperpod-inference" },
              clientConfig: { region: connection.region, ...attempts },
          })
        : base;
    credentialsOf.set(key, made);
    return made;
}

function settings(connection: Connection) {
    const { NodeHttpHandler } =
        require("@smithy/node-http-handler") as typeof import("@smithy/node-http-handler");
    const requestHandler = new NodeHttpHandler({ connectionTimeout: 5_000, requestTimeout: 20_000 });
    return { region: connection.region, credentials: credentials(connection), requestHandler, ...attempts };
}

export function eksClient(connection: Connection): EKSClient {
    const { EKSClient } = require("@aws-sdk/client-eks") as typeof import("@aws-sdk/client-eks");
    return new EKSClient(settings(connection));
}

export function sagemakerClient(connection: Connection): SageMakerClient {
    const { SageMakerClient } =
        require("@aws-sdk/client-sagemaker") as typeof import("@aws-sdk/client-sagemaker");
    return new SageMakerClient(settings(connection));
}

export function s3Client(connection: Connection): S3Client {
    const { S3Client } = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
    // A local emulator has no host name per bucket.
    const forcePathStyle =
        process.env["AWS_ENDPOINT_URL_S3"] !== undefined || process.env["AWS_ENDPOINT_URL"] !== undefined;
    return new S3Client({ ...settings(connection), forcePathStyle });
}

/** Whether the error says that the thing asked for is not there. */
export function isAbsent(error: unknown): boolean {
    const name = (error as { name?: string } | undefined)?.name ?? "";
    return [
        "ResourceNotFoundException",
        "ResourceNotFound",
        "NoSuchBucket",
        "NotFound",
        "NoSuchEntity",
    ].includes(name);
}
