// Region, profile, roles, keys and endpoints come in, SDK clients with time limits go out. Makes no call by itself.
import type { EKSClient } from "@aws-sdk/client-eks";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { type Bag, hasUnknown } from "./dynamicResults";

/** Whose AWS account and Region the calls go to: the same as the user's aws provider. */
export interface Connection {
    region: string;
    profile?: string;
    roleArn?: string;
    access?: {
        keys?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
        /** Assumed one after the other. */
        assumeRoles?: AssumedRole[];
        /** URL per service. */
        endpoints?: Record<string, string>;
    };
}

interface AssumedRole {
    roleArn: string;
    externalId?: string;
    sessionName?: string;
    sourceIdentity?: string;
}

/** The inputs that say how to reach AWS. */
export const connectionKeys = ["region", "profile", "roleArn", "access"] as const;

/** Undefined while a preview does not know all of it. */
export function connectionIn(bag: Bag): Connection | undefined {
    const given = connectionKeys.map((key) => [key, bag[key] as unknown] as const);
    return given.some(([, value]) => hasUnknown(value))
        ? undefined
        : (Object.fromEntries(given) as unknown as Connection);
}

type Credentials = ReturnType<typeof import("@aws-sdk/credential-providers").fromTemporaryCredentials>;

const attempts = { maxAttempts: 6, retryMode: "adaptive" } as const;
const credentialsOf = new Map<string, Credentials>();

/** One source of credentials per connection, so that a role is assumed once and not for every call. */
export function credentials(connection: Connection): Credentials {
    const { region, profile, roleArn, access } = connection;
    const key = JSON.stringify([region, profile, roleArn, access]);
    const there = credentialsOf.get(key);
    if (there) return there;
    // Loaded here: loading the SDK costs more than everything else in this package.
    const { fromNodeProviderChain, fromTemporaryCredentials } =
        require("@aws-sdk/credential-providers") as typeof import("@aws-sdk/credential-providers");
    const { keys } = access ?? {};
    const base = keys ? async () => keys : fromNodeProviderChain(profile ? { profile } : {});
    const roles = roleArn ? [{ roleArn }] : (access?.assumeRoles ?? []);
    const made = roles.reduce<Credentials>(
        (masterCredentials, role) =>
            fromTemporaryCredentials({
                masterCredentials,
                params: assumption(role),
                clientConfig: { region, ...endpointOf(connection, "sts"), ...attempts },
            }),
        base,
    );
    credentialsOf.set(key, made);
    return made;
}

function assumption({ roleArn, externalId, sessionName, sourceIdentity }: AssumedRole) {
    return {
        RoleArn: roleArn,
        RoleSessionName: sessionName ?? "pulumi-hyperpod-inference",
        ...(externalId ? { ExternalId: externalId } : {}),
        ...(sourceIdentity ? { SourceIdentity: sourceIdentity } : {}),
    };
}

function endpointOf({ access }: Connection, service: string): { endpoint?: string } {
    const endpoint = access?.endpoints?.[service];
    return endpoint ? { endpoint } : {};
}

function settings(connection: Connection, service: string) {
    const { NodeHttpHandler } =
        require("@smithy/node-http-handler") as typeof import("@smithy/node-http-handler");
    const requestHandler = new NodeHttpHandler({ connectionTimeout: 5_000, requestTimeout: 20_000 });
    return {
        region: connection.region,
        credentials: credentials(connection),
        requestHandler,
        ...endpointOf(connection, service),
        ...attempts,
    };
}

export function eksClient(connection: Connection): EKSClient {
    const { EKSClient } = require("@aws-sdk/client-eks") as typeof import("@aws-sdk/client-eks");
    return new EKSClient(settings(connection, "eks"));
}

export function sagemakerClient(connection: Connection): SageMakerClient {
    const { SageMakerClient } =
        require("@aws-sdk/client-sagemaker") as typeof import("@aws-sdk/client-sagemaker");
    return new SageMakerClient(settings(connection, "sagemaker"));
}

export function s3Client(connection: Connection): S3Client {
    const { S3Client } = require("@aws-sdk/client-s3") as typeof import("@aws-sdk/client-s3");
    // A local emulator has no host name per bucket.
    const forcePathStyle =
        connection.access?.endpoints?.["s3"] !== undefined ||
        process.env["AWS_ENDPOINT_URL_S3"] !== undefined ||
        process.env["AWS_ENDPOINT_URL"] !== undefined;
    return new S3Client({ ...settings(connection, "s3"), forcePathStyle });
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
