// In: a bare cluster. Out: the six IAM roles of a Helm-era installation, with everything that a careless copy loses. Creates no bucket.
import {
    AttachRolePolicyCommand,
    CreatePolicyCommand,
    CreateRoleCommand,
    type IAMClient,
    PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import type { Sandbox } from "../sandboxHandle";
import { given, tagList } from "./awsClients";
import type { BareCluster } from "./bareCluster";
import {
    albPolicy,
    csiPolicy,
    gatedHubPolicy,
    kedaPolicy,
    kmsPolicy,
    tlsBucketStatements,
} from "./rolePolicies";
import { accountStatement, allow, document, type PolicyDocument, serviceStatement } from "./trustPolicies";

export const roleNames = ["execution", "alb", "keda", "gated", "s3Csi", "fsxCsi"] as const;
export type RoleKey = (typeof roleNames)[number];
export type RoleArns = Record<RoleKey, string>;

export interface HelmRoleOptions {
    /** Names instead of the usual ones, for instance one that the add-on's name rule accepts. */
    names?: Partial<Record<RoleKey, string>>;
    /** Paths such as `/models/gated/`; by default only the execution and the gated role have one. */
    paths?: Partial<Record<RoleKey, string>>;
    /** Where the release lives; decides the service accounts that the roles trust. */
    namespace?: string;
    /** Buckets whose certificates the execution role may read besides hyperpod-tls*. */
    otherBuckets?: string[];
}

interface RoleSpec {
    name: string;
    path: string;
    trust: PolicyDocument;
    managed: string[];
    customer: Record<string, PolicyDocument>;
    inline: Record<string, PolicyDocument>;
    tags: Record<string, string>;
    boundary?: string;
    sessionSeconds?: number;
}

const boundaryName = "org-permissions-boundary";
const ownPath = "/ml-platform/";

export async function createHelmRoles(
    sandbox: Sandbox,
    iam: IAMClient,
    bare: BareCluster,
    options: HelmRoleOptions = {},
): Promise<RoleArns> {
    const boundary = await createPolicy(iam, boundaryName, document(allow("*")), "/org/");
    const specs = roleSpecs(sandbox, bare, boundary, options);
    const arns = await Promise.all(roleNames.map((key) => createRole(iam, specs[key])));
    return Object.fromEntries(roleNames.map((key, index) => [key, arns[index] ?? ""])) as RoleArns;
}

function roleSpecs(
    sandbox: Sandbox,
    bare: BareCluster,
    boundary: string,
    options: HelmRoleOptions,
): Record<RoleKey, RoleSpec> {
    const cluster = sandbox.clusterName;
    const namespace = options.namespace ?? "kube-system";
    const account = (subject: string, how?: { like?: boolean; audience?: boolean }) =>
        accountStatement(bare.oidcProviderArn, subject, how);
    const sagemaker = serviceStatement("sagemaker.amazonaws.com");
    const operator = "hyperpod-inference-system:hyperpod-inference-operator-controller-manager";
    const buckets = options.otherBuckets ?? [];
    const specs: Record<RoleKey, Omit<RoleSpec, "name" | "path"> & { name: string; path?: string }> = {
        execution: {
            name: `${cluster}-inference-operator`,
            path: ownPath,
            trust: document(sagemaker, account(operator, { like: true })),
            managed: ["AmazonSageMakerHyperPodInferenceAccess"],
            customer: { "hp-exec-models-kms": kmsPolicy(sandbox) },
            inline: {
                "route53-dns": document(allow(["route53:ChangeResourceRecordSets", "route53:GetHostedZone"])),
                "acm-describe": document(allow(["acm:DescribeCertificate", "acm:GetCertificate"])),
                ...(buckets.length === 0
                    ? {}
                    : { TLSBucketsAccess: document(...tlsBucketStatements(sandbox, buckets)) }),
            },
            tags: { team: "ml-platform", "cost-center": "4711" },
            boundary,
            sessionSeconds: 7200,
        },
        alb: {
            name: `${cluster}-alb-controller`,
            trust: document(account(`${namespace}:aws-load-balancer-controller`)),
            managed: [],
            customer: { HyperPodInferenceALBControllerIAMPolicy: albPolicy() },
            inline: { "waf-extra": document(allow(["wafv2:ListWebACLs", "wafv2:ListResourcesForWebACL"])) },
            tags: { team: "network" },
        },
        keda: {
            name: `${cluster}-keda-operator`,
            trust: document(account(`${namespace}:keda-operator`)),
            managed: [],
            customer: { KedaOperatorPolicy: kedaPolicy() },
            inline: { "amp-query": document(allow("aps:QueryMetrics", ampWorkspace(sandbox))) },
            tags: { team: "observability" },
        },
        gated: {
            name: `${cluster}-gated-models`,
            path: "/models/gated/",
            trust: document(sagemaker, account("*:hyperpod-inference-service-account*", { like: true })),
            managed: ["AmazonSageMakerHyperPodGatedModelAccess"],
            customer: {},
            inline: { "own-hub": gatedHubPolicy(sandbox) },
            tags: { team: "ml-platform", licence: "reviewed" },
        },
        s3Csi: {
            name: `${cluster}-s3-csi`,
            trust: document(account("kube-system:s3-csi-driver-sa")),
            managed: [],
            customer: { S3CsiDriverPolicy: csiPolicy() },
            inline: {},
            tags: {},
        },
        fsxCsi: {
            name: `${cluster}-fsx-csi`,
            trust: document(account("kube-system:fsx-csi-controller-sa")),
            managed: ["AmazonFSxFullAccess"],
            customer: {},
            inline: {},
            tags: {},
        },
    };
    return Object.fromEntries(
        roleNames.map((key) => {
            const spec = specs[key];
            const path = options.paths?.[key] ?? spec.path ?? "/";
            return [key, { ...spec, name: options.names?.[key] ?? spec.name, path }];
        }),
    ) as Record<RoleKey, RoleSpec>;
}

function ampWorkspace(sandbox: Sandbox): string {
    return `arn:aws:aps:${sandbox.region}:${sandbox.accountId}:workspace/ws-1f2e3d4c`;
}

async function createRole(iam: IAMClient, spec: RoleSpec): Promise<string> {
    const created = await iam.send(
        new CreateRoleCommand({
            RoleName: spec.name,
            Path: spec.path,
            AssumeRolePolicyDocument: JSON.stringify(spec.trust),
            Tags: tagList(spec.tags),
            ...(spec.boundary === undefined ? {} : { PermissionsBoundary: spec.boundary }),
            ...(spec.sessionSeconds === undefined ? {} : { MaxSessionDuration: spec.sessionSeconds }),
        }),
    );
    const attached = spec.managed.map((name) => `arn:aws:iam::aws:policy/${name}`);
    for (const [name, policy] of Object.entries(spec.customer)) {
        attached.push(await createPolicy(iam, name, policy));
    }
    for (const PolicyArn of attached) {
        await iam.send(new AttachRolePolicyCommand({ RoleName: spec.name, PolicyArn }));
    }
    for (const [PolicyName, policy] of Object.entries(spec.inline)) {
        const PolicyDocument = JSON.stringify(policy);
        await iam.send(new PutRolePolicyCommand({ RoleName: spec.name, PolicyName, PolicyDocument }));
    }
    return given(created.Role?.Arn, "a role ARN");
}

async function createPolicy(
    iam: IAMClient,
    name: string,
    policy: PolicyDocument,
    path = "/",
): Promise<string> {
    const PolicyDocument = JSON.stringify(policy);
    const created = await iam.send(new CreatePolicyCommand({ PolicyName: name, Path: path, PolicyDocument }));
    return given(created.Policy?.Arn, "a policy ARN");
}
