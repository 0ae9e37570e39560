// In: who may assume a role. Out: the trust document. Calls nothing.

export interface PolicyDocument {
    Version: "2012-10-17";
    Statement: object[];
}

export function document(...statements: object[]): PolicyDocument {
    return { Version: "2012-10-17", Statement: statements };
}

export function allow(Action: string | string[], Resource: string | string[] = "*"): object {
    return { Effect: "Allow", Action, Resource };
}

export function serviceTrust(service: string): PolicyDocument {
    return document(serviceStatement(service));
}

export function serviceStatement(service: string): object {
    return { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" };
}

/** IRSA: `subject` is `namespace:serviceaccount`, with wildcards when `like`. */
export function accountStatement(
    oidcProviderArn: string,
    subject: string,
    options: { like?: boolean; audience?: boolean } = {},
): object {
    const issuer = oidcProviderArn.slice(oidcProviderArn.indexOf("/") + 1);
    const operator = options.like === true ? "StringLike" : "StringEquals";
    const audience = options.audience === false ? {} : { [`${issuer}:aud`]: "sts.amazonaws.com" };
    return {
        Effect: "Allow",
        Principal: { Federated: oidcProviderArn },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: { [operator]: { [`${issuer}:sub`]: `system:serviceaccount:${subject}`, ...audience } },
    };
}
