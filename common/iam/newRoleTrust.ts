// Issuer, provider and service account come in; the trust policy of a new role goes out, with sorted keys. Pure.

import { canonicalJson } from "../canonicalJson";
import { policyOf } from "./policyOf";
import { AUDIENCE, WEB_IDENTITY } from "./trustPolicy";

export interface NewRoleTrust {
    oidcProviderArn: string;
    /** Issuer without https://. */
    issuer: string;
    /** "namespace:name"; with a wildcard when `match` is StringLike. */
    serviceAccount: string;
    match: "StringEquals" | "StringLike";
    /** SageMaker may use the role too. */
    sagemaker?: boolean;
}

export function trustPolicy(trust: NewRoleTrust): string {
    const { oidcProviderArn, issuer, serviceAccount, match, sagemaker } = trust;
    const statements: object[] = [
        {
            Effect: "Allow",
            Principal: { Federated: oidcProviderArn },
            Action: WEB_IDENTITY,
            Condition: {
                [match]: {
                    [`${issuer}:aud`]: AUDIENCE,
                    [`${issuer}:sub`]: `system:serviceaccount:${serviceAccount}`,
                },
            },
        },
    ];
    if (sagemaker) {
        statements.unshift({
            Effect: "Allow",
            Principal: { Service: "sagemaker.amazonaws.com" },
            Action: "sts:AssumeRole",
        });
    }
    return canonicalJson(policyOf(...statements));
}
