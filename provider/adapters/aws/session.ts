// Region, profile, roles, keys and endpoints come in; credentials, and with them the settings of every AWS client, go out. Makes no call by itself. The standard environment variables and profiles are honoured.

import type { AwsCredentialIdentityProvider } from "@smithy/types";
import type { AssumedRole, AwsAccess } from "../../../common/awsAccess";
import { PACKAGE_NAME } from "../../../common/ourMarks";
import {
    type AwsService,
    type ClientSettings,
    CONNECTION_TIMEOUT_MS,
    REQUEST_TIMEOUT_MS,
    settingsOf,
} from "./clientSettings";
import { assertProfile, defaultRegion } from "./profiles";
import { proxyingHandler } from "./proxyingHandler";

/** Whose account and which Region is meant. */
export interface SessionRequest {
    readonly region?: string;
    readonly profile?: string;
    readonly roleArn?: string;
    readonly access?: AwsAccess;
}

export interface AwsSession {
    readonly region: string;
    readonly credentials: AwsCredentialIdentityProvider;
    clientSettings(service: AwsService): ClientSettings;
}

const ROLE_SESSION_NAME = PACKAGE_NAME;

export async function openSession(request: SessionRequest): Promise<AwsSession> {
    if (request.profile !== undefined) await assertProfile(request.profile);
    const region = request.region ?? (await defaultRegion(request.profile));
    const credentials = await credentialsOf(region, request);
    const { profile } = request;
    return {
        region,
        credentials,
        clientSettings: (service) => ({
            ...settingsOf(region, request.access, service),
            ...(profile === undefined ? {} : { profile }),
            credentials,
        }),
    };
}

const assumed = new Map<string, Promise<AwsCredentialIdentityProvider>>();

/** One source of credentials for as long as the process lives, so that a role is assumed once and not for every call. */
function credentialsOf(region: string, request: SessionRequest): Promise<AwsCredentialIdentityProvider> {
    const { profile, roleArn, access } = request;
    const key = JSON.stringify([region, profile, roleArn, access]);
    const known = assumed.get(key);
    if (known) return known;
    const opened = openCredentials(region, request);
    // The standard chain alone follows the environment, which may change.
    if (roleArn !== undefined || access !== undefined) assumed.set(key, opened);
    return opened;
}

async function openCredentials(
    region: string,
    request: SessionRequest,
): Promise<AwsCredentialIdentityProvider> {
    const { fromNodeProviderChain, fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
    const { profile, roleArn, access } = request;
    const { keys, assumeRoles = [] } = access ?? {};
    const base: AwsCredentialIdentityProvider = keys
        ? async () => keys
        : fromNodeProviderChain({
              ...(profile ? { profile } : {}),
              clientConfig: overProxies(),
              // Else STS would be that of us-east-1, which knows no other partition. SSO has a Region of its own.
              parentClientConfig: { ...overProxies(), region: async () => region },
          });
    const roles: readonly AssumedRole[] = roleArn ? [{ roleArn }] : assumeRoles;
    return roles.reduce<AwsCredentialIdentityProvider>(
        (masterCredentials, role) =>
            fromTemporaryCredentials({
                masterCredentials,
                params: assumption(role),
                clientConfig: { ...settingsOf(region, request.access, "sts"), ...overProxies() },
            }),
        base,
    );
}

/** SSO, web identity and roles are asked for by clients of the SDK's own. */
function overProxies() {
    return {
        requestHandler: proxyingHandler({
            requestTimeout: REQUEST_TIMEOUT_MS,
            connectionTimeout: CONNECTION_TIMEOUT_MS,
        }),
    };
}

function assumption({ roleArn, externalId, sessionName, sourceIdentity }: AssumedRole) {
    return {
        RoleArn: roleArn,
        RoleSessionName: sessionName ?? ROLE_SESSION_NAME,
        ...(externalId ? { ExternalId: externalId } : {}),
        ...(sourceIdentity ? { SourceIdentity: sourceIdentity } : {}),
    };
}
