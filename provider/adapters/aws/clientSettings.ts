// Region, endpoints and a service come in; what every AWS client is made with goes out: time limits, retries, endpoint. Knows no credentials, makes no call.

import type { AwsCredentialIdentityProvider } from "@smithy/types";
import type { AwsAccess } from "../../../common/awsAccess";
import { PACKAGE_NAME } from "../../../common/ourMarks";

/** As the aws provider names them. */
export type AwsService = "acm" | "eks" | "elbv2" | "iam" | "s3" | "sagemaker" | "sts";

/** What the constructor of an SDK client takes. */
export interface ClientSettings {
    readonly region: string;
    readonly credentials: AwsCredentialIdentityProvider;
    readonly maxAttempts: number;
    readonly retryMode: string;
    readonly customUserAgent: [string, string][];
    readonly requestHandler: { readonly requestTimeout: number; readonly connectionTimeout: number };
    /** Whose FIPS and dual-stack endpoints are used. */
    readonly profile?: string;
    readonly endpoint?: string;
    readonly forcePathStyle?: boolean;
}

export const REQUEST_TIMEOUT_MS = 30_000;
export const CONNECTION_TIMEOUT_MS = 5_000;

/** Other names under which the aws provider takes the endpoint of a service. */
const ENDPOINT_NAMES: Partial<Record<AwsService, readonly string[]>> = {
    elbv2: ["elbv2", "elasticloadbalancingv2"],
};

/** All but the credentials. */
export function settingsOf(
    region: string,
    access: AwsAccess | undefined,
    service: AwsService,
): Omit<ClientSettings, "credentials"> {
    const endpoint = (ENDPOINT_NAMES[service] ?? [service])
        .map((name) => access?.endpoints?.[name])
        .find((url) => url !== undefined);
    return {
        region,
        maxAttempts: 6,
        retryMode: "adaptive",
        customUserAgent: [[PACKAGE_NAME, ""]],
        requestHandler: { requestTimeout: REQUEST_TIMEOUT_MS, connectionTimeout: CONNECTION_TIMEOUT_MS },
        ...(endpoint === undefined ? {} : { endpoint }),
        ...(service === "s3" && hasOwnS3(endpoint) ? { forcePathStyle: true } : {}),
    };
}

/** An S3 that is not AWS's has no host name per bucket. */
function hasOwnS3(endpoint: string | undefined): boolean {
    return (
        endpoint !== undefined ||
        process.env.AWS_ENDPOINT_URL_S3 !== undefined ||
        process.env.AWS_ENDPOINT_URL !== undefined
    );
}
