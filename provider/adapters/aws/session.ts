// Credentials, region, time limits and retries that every AWS client shares. The standard environment variables and profiles are honoured.
import type { AwsCredentialIdentityProvider } from "@smithy/types";

export interface SessionRequest {
    readonly region?: string;
    readonly profile?: string;
    readonly roleArn?: string;
}

/** Settings that every client of the AWS SDK takes. */
export interface Session {
    readonly region: string;
    readonly credentials: AwsCredentialIdentityProvider;
    readonly maxAttempts: number;
    readonly retryMode: string;
    readonly customUserAgent: [string, string][];
    readonly requestHandler: { readonly requestTimeout: number; readonly connectionTimeout: number };
}

const REQUEST_TIMEOUT_MS = 30_000;
const CONNECTION_TIMEOUT_MS = 5_000;

export async function openSession(request: SessionRequest): Promise<Session> {
    const { fromNodeProviderChain, fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
    const region =
        request.region ??
        process.env.AWS_REGION ??
        process.env.AWS_DEFAULT_REGION ??
        (await regionOfProfile(request.profile));
    if (!region) {
        throw new Error("no AWS region: set the `region` property, AWS_REGION, or `region` in the profile");
    }
    const base = fromNodeProviderChain(request.profile ? { profile: request.profile } : {});
    const credentials = request.roleArn
        ? fromTemporaryCredentials({
              masterCredentials: base,
              params: { RoleArn: request.roleArn, RoleSessionName: "pulumi-hyperpod-inference" },
              clientConfig: { region },
          })
        : base;
    return {
        region,
        credentials,
        maxAttempts: 6,
        retryMode: "adaptive",
        customUserAgent: [["pulumi-hyperpod-inference", ""]],
        requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: CONNECTION_TIMEOUT_MS },
    };
}

async function regionOfProfile(profile: string | undefined): Promise<string | undefined> {
    const { loadSharedConfigFiles } = await import("@smithy/shared-ini-file-loader");
    const { configFile } = await loadSharedConfigFiles();
    return configFile[profile ?? process.env.AWS_PROFILE ?? "default"]?.region;
}
