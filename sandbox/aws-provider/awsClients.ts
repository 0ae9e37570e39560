// A Region and what the provider was configured with come in, SDK clients for it go out. Where the provider says nothing, the environment does: AWS_ENDPOINT_URL, keys, profile.
import { EC2Client } from "@aws-sdk/client-ec2";
import { EKSClient } from "@aws-sdk/client-eks";
import { IAMClient } from "@aws-sdk/client-iam";
import { S3Client } from "@aws-sdk/client-s3";
import { STSClient } from "@aws-sdk/client-sts";
import { fromIni, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { AwsCredentialIdentityProvider } from "@smithy/types";

export class AwsClients {
    readonly ec2: EC2Client;
    readonly eks: EKSClient;
    readonly iam: IAMClient;
    readonly s3: S3Client;
    readonly sts: STSClient;

    constructor(
        readonly region: string,
        configured: Configured = {},
    ) {
        const requestHandler = new NodeHttpHandler({ connectionTimeout: 5_000, requestTimeout: 30_000 });
        const settingsOf = (service: string) => {
            const endpoint = configured.endpoints?.[service];
            return { region, maxAttempts: 8, requestHandler, ...(endpoint ? { endpoint } : {}) };
        };
        const credentials = credentialsOf(configured, settingsOf("sts"));
        const settings = (service: string) => ({ ...settingsOf(service), ...credentials });
        this.ec2 = new EC2Client(settings("ec2"));
        this.eks = new EKSClient(settings("eks"));
        this.iam = new IAMClient(settings("iam"));
        this.s3 = new S3Client({ ...settings("s3"), forcePathStyle: true });
        this.sts = new STSClient(settings("sts"));
    }
}

/** What decides whose account an aws provider reaches, apart from its Region. */
export interface Configured {
    readonly keys?: {
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
        readonly sessionToken?: string;
    };
    readonly profile?: string;
    readonly roles?: readonly { readonly roleArn: string; readonly externalId?: string }[];
    /** URL by service. */
    readonly endpoints?: Readonly<Record<string, string>>;
}

/** Roles are assumed one after the other; without any, and without keys and profile, the environment decides. */
function credentialsOf({ keys, profile, roles = [] }: Configured, clientConfig: { readonly region: string }) {
    const ofProfile = profile === undefined ? undefined : fromIni({ profile });
    const own: AwsCredentialIdentityProvider | undefined = keys ? async () => keys : ofProfile;
    const credentials = roles.reduce<AwsCredentialIdentityProvider | undefined>(
        (masterCredentials, { roleArn: RoleArn, externalId: ExternalId }) =>
            fromTemporaryCredentials({
                ...(masterCredentials ? { masterCredentials } : {}),
                params: { RoleArn, RoleSessionName: "aws-provider", ...(ExternalId ? { ExternalId } : {}) },
                clientConfig,
            }),
        own,
    );
    return credentials ? { credentials } : {};
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
