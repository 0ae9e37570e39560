// Cluster and OIDC provider come in, the role ARNs that the add-ons need go out: the given ones and new ones with least privilege.
import * as pulumi from "@pulumi/pulumi";
import { canonicalJson } from "../common/canonicalJson";
import { albPolicy } from "../common/iam/albPolicy";
import { kedaPolicy } from "../common/iam/kedaPolicy";
import { trustPolicy } from "../common/iam/newRoleTrust";
import { OPERATOR_NAMESPACE } from "../common/operatorNames";
import { dependencyProfiles } from "../provider/profiles/dependencies";
import { inferenceIdentities } from "../provider/profiles/inferenceIdentities";
import type { HyperPodInferenceAddonArgs } from "./args";
import { type Aws, aws } from "./aws";
import { executionRolePrefix, rolePrefix } from "./awsNamePrefixes";
import type { Scope } from "./componentScope";
import { isInstalled, keepsHelmIdentity } from "./conditionalParts";
import type { OidcProvider } from "./oidcProvider";

export interface Roles {
    /** ARN per role; a role that nobody needs is absent. */
    arns: Partial<Record<string, pulumi.Output<string>>>;
    /** The roles that were made here, by the same keys. */
    made: Partial<Record<string, Aws.iam.Role>>;
    /** What has to be there before a role can be used. */
    resources: pulumi.Resource[];
}

interface RoleSpec {
    key: string;
    part: string;
    given: pulumi.Input<string> | undefined;
    needed: boolean;
    description: string;
    serviceAccount: string;
    match?: "StringLike";
    sagemaker?: boolean;
    /** Name of the policy that AWS maintains for it. */
    managedPolicy?: string;
    /** The permission document, when AWS maintains none. */
    document?: (partition: string) => pulumi.Input<object>;
}

export function operatorRoles(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    oidc: OidcProvider,
    partition: pulumi.Output<string>,
): Roles {
    const roles: Roles = { arns: {}, made: {}, resources: [] };
    for (const spec of roleSpecs(args)) {
        if (!spec.needed) continue;
        if (spec.given !== undefined) {
            roles.arns[spec.key] = pulumi.output(spec.given);
            continue;
        }
        const { role, resources } = makeRole(scope, args, oidc, partition, spec);
        roles.arns[spec.key] = role.arn;
        roles.resources.push(...resources);
        roles.made[spec.key] = role;
    }
    return roles;
}

function roleSpecs(args: HyperPodInferenceAddonArgs): RoleSpec[] {
    const accountOf = (key: string) => {
        const account = inferenceIdentities.find((identity) => identity.key === key)?.serviceAccount;
        if (account === undefined) throw new Error(`no profile names the service account of ${key}`);
        return `${account.namespace}:${account.name}`;
    };
    return [
        {
            key: "execution",
            part: "execution",
            given: args.executionRoleArn,
            // The Helm installation's role knows its bucket; the move gives it to the add-on.
            needed: args.executionRoleArn !== undefined || !keepsHelmIdentity(args),
            description: "SageMaker HyperPod inference operator",
            serviceAccount: accountOf("execution"),
            match: "StringLike",
            sagemaker: true,
            managedPolicy: "AmazonSageMakerHyperPodInferenceAccess",
        },
        {
            key: "alb",
            part: "alb",
            given: args.albRoleArn,
            needed: args.alb?.enabled !== false,
            description: "AWS Load Balancer Controller of SageMaker HyperPod inference",
            serviceAccount: accountOf("alb"),
            document: albPolicy,
        },
        {
            key: "keda",
            part: "keda",
            given: args.kedaRoleArn,
            needed: args.keda?.enabled !== false,
            description: "KEDA of SageMaker HyperPod inference",
            serviceAccount: accountOf("keda"),
            document: kedaPolicy,
        },
        {
            key: "gatedModel",
            part: "gated-model",
            given: args.jumpstartGatedModelDownloadRoleArn,
            needed: true,
            description: "Downloads gated JumpStart models for SageMaker HyperPod inference",
            serviceAccount: "*:hyperpod-inference-service-account*",
            match: "StringLike",
            sagemaker: true,
            managedPolicy: "AmazonSageMakerHyperPodGatedModelAccess",
        },
        {
            key: "gateway",
            part: "gateway",
            given: args.gatewayRoleArn,
            needed: args.gateway !== undefined && args.gateway.enabled !== false,
            description: "Inference Gateway of SageMaker HyperPod",
            serviceAccount: `${OPERATOR_NAMESPACE}:inference-gateway-controller`,
            managedPolicy: "AmazonSageMakerHyperPodInferenceGatewayAccess",
        },
        ...dependencyRoles(args),
    ];
}

/** The migration installs and moves the dependencies itself, with these roles. */
function dependencyRoles(args: HyperPodInferenceAddonArgs): RoleSpec[] {
    return dependencyProfiles.flatMap(({ key: dependency, title, identity }): RoleSpec[] => {
        const { serviceAccount, permissions } = identity ?? {};
        if (identity === undefined || serviceAccount === undefined || permissions === undefined) return [];
        const spec = {
            key: identity.key,
            part: identity.key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
            given: args[identity.property as "s3CsiRoleArn"],
            needed: isInstalled(args, dependency),
            description: `${title} of SageMaker HyperPod inference`,
            serviceAccount: `${serviceAccount.namespace}:${serviceAccount.name}`,
        };
        if ("managedPolicy" in permissions) return [{ ...spec, managedPolicy: permissions.managedPolicy }];
        const document = (partition: string) =>
            pulumi.output(args.modelBucketArns).apply((arns) => permissions.document(partition, arns));
        return [{ ...spec, document }];
    });
}

function makeRole(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    oidc: OidcProvider,
    partition: pulumi.Output<string>,
    spec: RoleSpec,
): { role: Aws.iam.Role; resources: pulumi.Resource[] } {
    const name = `${scope.name}-${spec.part}`;
    const role = new aws.iam.Role(
        name,
        {
            namePrefix: spec.key === "execution" ? executionRolePrefix : rolePrefix(scope.name, spec.part),
            description: spec.description,
            assumeRolePolicy: pulumi.all([oidc.arn, oidc.issuer]).apply(([oidcProviderArn, issuer]) =>
                trustPolicy({
                    oidcProviderArn,
                    issuer,
                    serviceAccount: spec.serviceAccount,
                    match: spec.match ?? "StringEquals",
                    sagemaker: spec.sagemaker ?? false,
                }),
            ),
            permissionsBoundary: args.rolePermissionsBoundary,
            path: args.rolePath,
            tags: scope.tags,
        },
        scope.child(),
    );
    const { managedPolicy, document } = spec;
    const permissions = managedPolicy
        ? new aws.iam.RolePolicyAttachment(
              name,
              {
                  role: role.name,
                  policyArn: pulumi.interpolate`arn:${partition}:iam::aws:policy/${managedPolicy}`,
              },
              scope.child(),
          )
        : new aws.iam.RolePolicy(
              name,
              {
                  name: "permissions",
                  role: role.name,
                  policy: partition.apply((id) => pulumi.output(document?.(id)).apply(canonicalJson)),
              },
              scope.child(),
          );
    return { role, resources: [role, permissions] };
}
