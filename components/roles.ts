// Cluster and OIDC provider come in, the role ARNs that the add-ons need go out: the given ones and new ones with least privilege.
import * as pulumi from "@pulumi/pulumi";
import { canonicalJson } from "../common/canonicalJson";
import { albPolicy } from "./albPolicy";
import type { HyperPodInferenceAddonArgs } from "./args";
import { type Aws, aws } from "./aws";
import { DependencyMode } from "./enums";
import { keepsHelmIdentity } from "./helmIdentity";
import { executionRolePrefix, rolePrefix } from "./names";
import type { OidcProvider } from "./oidcProvider";
import { kedaPolicy, s3CsiPolicy } from "./policies";
import type { Scope } from "./scope";
import { trustPolicy } from "./trust";

export const addonNamespace = "hyperpod-inference-system";

type RoleKey = "execution" | "alb" | "keda" | "gatedModel" | "gateway" | "s3Csi" | "fsxCsi";

export interface Roles {
    /** ARN per role; a role that nobody needs is absent. */
    arns: Partial<Record<RoleKey, pulumi.Output<string>>>;
    /** The operator's role, when it was made here. */
    execution: Aws.iam.Role | undefined;
    /** What has to be there before a role can be used. */
    resources: pulumi.Resource[];
}

interface RoleSpec {
    key: RoleKey;
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
    const roles: Roles = { arns: {}, execution: undefined, resources: [] };
    for (const spec of roleSpecs(args)) {
        if (!spec.needed) continue;
        if (spec.given !== undefined) {
            roles.arns[spec.key] = pulumi.output(spec.given);
            continue;
        }
        const { role, resources } = makeRole(scope, args, oidc, partition, spec);
        roles.arns[spec.key] = role.arn;
        roles.resources.push(...resources);
        if (spec.key === "execution") roles.execution = role;
    }
    return roles;
}

function roleSpecs(args: HyperPodInferenceAddonArgs): RoleSpec[] {
    const inOurNamespace = (name: string) => `${addonNamespace}:${name}`;
    // The migration installs and moves the dependencies itself, with these roles.
    const installs = (mode: DependencyMode | undefined) =>
        (mode ?? DependencyMode.Install) === DependencyMode.Install;
    return [
        {
            key: "execution",
            part: "execution",
            given: args.executionRoleArn,
            // The Helm installation's role knows its bucket; the move gives it to the add-on.
            needed: args.executionRoleArn !== undefined || !keepsHelmIdentity(args),
            description: "SageMaker HyperPod inference operator",
            serviceAccount: inOurNamespace("hyperpod-inference-controller-manager"),
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
            serviceAccount: inOurNamespace("aws-load-balancer-controller"),
            document: albPolicy,
        },
        {
            key: "keda",
            part: "keda",
            given: args.kedaRoleArn,
            needed: args.keda?.enabled !== false,
            description: "KEDA of SageMaker HyperPod inference",
            serviceAccount: inOurNamespace("keda-operator"),
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
            serviceAccount: inOurNamespace("inference-gateway-controller"),
            managedPolicy: "AmazonSageMakerHyperPodInferenceGatewayAccess",
        },
        {
            key: "s3Csi",
            part: "s3-csi",
            given: args.s3CsiRoleArn,
            needed: installs(args.s3Csi?.mode),
            description: "S3 CSI driver of SageMaker HyperPod inference",
            serviceAccount: "kube-system:s3-csi-driver-sa",
            document: (partition) =>
                pulumi.output(args.modelBucketArns).apply((arns) => s3CsiPolicy(partition, arns)),
        },
        {
            key: "fsxCsi",
            part: "fsx-csi",
            given: args.fsxCsiRoleArn,
            needed: installs(args.fsxCsi?.mode),
            description: "FSx CSI driver of SageMaker HyperPod inference",
            serviceAccount: "kube-system:fsx-csi-controller-sa",
            managedPolicy: "AmazonFSxFullAccess",
        },
    ];
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
