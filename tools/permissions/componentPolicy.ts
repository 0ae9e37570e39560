// The component's calls in, the IAM policy for a principal that deploys it out. Pure.

import { TLS_BUCKET_PREFIX } from "../../common/bucketName";
import { policyOf } from "../../common/iam/policyOf";
import { EXECUTION_ROLE_PREFIX, OPERATOR_ADDON } from "../../common/operatorNames";
import { PASSED_TO_EKS } from "../../provider/permissions/awsConditions";
import type { AllowStatement, Policy } from "../../provider/permissions/awsPolicy";
import { dependencyProfiles } from "../../provider/profiles/dependencies";
import { type Actions, BY_AWS_PROVIDER, BY_OWN_RESOURCES, type On } from "./componentCalls";
import { PLACEHOLDERS } from "./generalReach";

/** Name of the component in the program, with which its roles and its bucket begin. */
const NAME = "NAME";

/** For any cluster whose name is put in, and the names of the component. */
export function componentPolicy(): Policy {
    const actionsOn = new Map<On, Set<string>>();
    for (const actions of [...Object.values(BY_AWS_PROVIDER), ...Object.values(BY_OWN_RESOURCES)])
        for (const [on, ...names] of actions as Actions)
            actionsOn.set(on, new Set([...(actionsOn.get(on) ?? []), ...names]));
    return policyOf(
        ...[...actionsOn].map(
            ([on, names]): AllowStatement => ({
                Sid: `${on.charAt(0).toUpperCase()}${on.slice(1)}`,
                Effect: "Allow",
                Action: [...names].sort(),
                Resource: REACH[on],
                ...(on === "passedRoles" ? { Condition: PASSED_TO_EKS } : {}),
            }),
        ),
    );
}

const { partition, region, account, cluster } = PLACEHOLDERS;
const arn = (service: string, rest: string) => `arn:${partition}:${service}:${region}:${account}:${rest}`;
const rolesAt = (start: string) => `arn:${partition}:iam::${account}:role/${start}*`;

const REACH: Readonly<Record<On, readonly string[]>> = {
    anything: ["*"],
    cluster: [arn("eks", `cluster/${cluster}`)],
    addons: [OPERATOR_ADDON, ...dependencyProfiles.map(({ addonName }) => addonName)].map((name) =>
        arn("eks", `addon/${cluster}/${name}/*`),
    ),
    roles: [rolesAt(EXECUTION_ROLE_PREFIX), rolesAt(`${NAME}-`)],
    // Whatever the program calls them.
    givenRoles: [`arn:${partition}:iam::${account}:role/*`],
    // Those of the CSI drivers, made here or given by ARN; who could pass any role to EKS could become it.
    passedRoles: [rolesAt(`${NAME}-`), rolesAt(PLACEHOLDERS.roles)],
    oidcProviders: [`arn:${partition}:iam::${account}:oidc-provider/oidc.eks.${region}.amazonaws.com/id/*`],
    bucket: [`arn:${partition}:s3:::${TLS_BUCKET_PREFIX}-${NAME}-*`],
    endpoints: [arn("ec2", "vpc-endpoint/*")],
    endpointParts: ["vpc", "route-table", "subnet", "security-group"].map((kind) => arn("ec2", `${kind}/*`)),
    subnets: [arn("ec2", "subnet/*")],
    hyperpodClusters: [arn("sagemaker", "cluster/*")],
};
