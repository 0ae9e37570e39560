// What AWS documents about the roles, written down by hand: who may take each one, and what it may do. Nothing here comes from the package.

export interface DocumentedRole {
    trust: object[];
    /** Names of the policies that AWS maintains. */
    managed: string[];
    /** Statements of the one policy that AWS does not maintain. */
    permissions: object[];
}

export interface DocumentedAccount {
    partition: string;
    /** Without https://. */
    issuer: string;
    oidcProviderArn: string;
}

type Part = "execution" | "alb" | "keda" | "gated-model" | "gateway" | "s3-csi" | "fsx-csi";

/** By the part of the component that the role is for. */
export function documentedRoles(account: DocumentedAccount): Record<Part, DocumentedRole> {
    const { partition, issuer, oidcProviderArn } = account;
    const serviceAccount = (match: "StringEquals" | "StringLike", name: string) => ({
        Effect: "Allow",
        Principal: { Federated: oidcProviderArn },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
            [match]: {
                [`${issuer}:aud`]: "sts.amazonaws.com",
                [`${issuer}:sub`]: `system:serviceaccount:${name}`,
            },
        },
    });
    const sagemaker = {
        Effect: "Allow",
        Principal: { Service: "sagemaker.amazonaws.com" },
        Action: "sts:AssumeRole",
    };
    return {
        execution: {
            trust: [
                sagemaker,
                serviceAccount(
                    "StringLike",
                    "hyperpod-inference-system:hyperpod-inference-controller-manager",
                ),
            ],
            managed: ["AmazonSageMakerHyperPodInferenceAccess"],
            permissions: [],
        },
        alb: {
            trust: [serviceAccount("StringEquals", "hyperpod-inference-system:aws-load-balancer-controller")],
            managed: [],
            permissions: loadBalancerStatements(partition),
        },
        keda: {
            trust: [serviceAccount("StringEquals", "hyperpod-inference-system:keda-operator")],
            managed: [],
            permissions: [
                {
                    Effect: "Allow",
                    Action: [
                        "cloudwatch:GetMetricData",
                        "cloudwatch:GetMetricStatistics",
                        "cloudwatch:ListMetrics",
                        "aps:QueryMetrics",
                        "aps:GetLabels",
                        "aps:GetSeries",
                        "aps:GetMetricMetadata",
                    ],
                    Resource: "*",
                },
            ],
        },
        "gated-model": {
            trust: [sagemaker, serviceAccount("StringLike", "*:hyperpod-inference-service-account*")],
            managed: ["AmazonSageMakerHyperPodGatedModelAccess"],
            permissions: [],
        },
        gateway: {
            trust: [serviceAccount("StringEquals", "hyperpod-inference-system:inference-gateway-controller")],
            managed: ["AmazonSageMakerHyperPodInferenceGatewayAccess"],
            permissions: [],
        },
        "s3-csi": {
            trust: [serviceAccount("StringEquals", "kube-system:s3-csi-driver-sa")],
            managed: [],
            permissions: [
                { Effect: "Allow", Action: "s3:ListBucket", Resource: `arn:${partition}:s3:::*` },
                {
                    Effect: "Allow",
                    Action: ["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"],
                    Resource: `arn:${partition}:s3:::*/*`,
                },
            ],
        },
        "fsx-csi": {
            trust: [serviceAccount("StringEquals", "kube-system:fsx-csi-controller-sa")],
            managed: ["AmazonFSxFullAccess"],
            permissions: [],
        },
    };
}

/** What the operator needs on a TLS bucket whose name its managed policy does not know. */
export function documentedTlsBucketStatements(
    partition: string,
    accountId: string,
    bucket: string,
): object[] {
    const Resource = `arn:${partition}:s3:::${bucket}/*`;
    const Condition = { StringEquals: { "aws:ResourceAccount": accountId } };
    return [
        {
            Sid: "TLSBucketDeleteObjectsPermission",
            Effect: "Allow",
            Action: "s3:DeleteObject",
            Resource,
            Condition,
        },
        { Sid: "TLSBucketGetObjectAccess", Effect: "Allow", Action: "s3:GetObject", Resource },
        {
            Sid: "TLSBucketPutObjectAccess",
            Effect: "Allow",
            Action: ["s3:PutObject", "s3:PutObjectTagging"],
            Resource,
            Condition,
        },
    ];
}

/** What the policy of a TLS bucket that is made says. */
export function documentedBucketStatement(bucketArn: string): object {
    return {
        Sid: "DenyUnsecuredTransport",
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [bucketArn, `${bucketArn}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
}

/** The AWS Load Balancer Controller 2.13.0, statement by statement. */
function loadBalancerStatements(partition: string): object[] {
    const loadBalancing = (resource: string) => `arn:${partition}:elasticloadbalancing:*:*:${resource}`;
    const securityGroups = `arn:${partition}:ec2:*:*:security-group/*`;
    const groupsAndBalancers = [
        loadBalancing("loadbalancer/app/*/*"),
        loadBalancing("loadbalancer/net/*/*"),
        loadBalancing("targetgroup/*/*"),
    ];
    const allow = (actions: string, Resource: string | string[], Condition?: object) => ({
        Effect: "Allow",
        Action: actions.trim().split(/\s+/),
        Resource,
        ...(Condition ? { Condition } : {}),
    });
    const hasClusterTag = { Null: { "aws:ResourceTag/elbv2.k8s.aws/cluster": "false" } };
    const getsClusterTag = { Null: { "aws:RequestTag/elbv2.k8s.aws/cluster": "false" } };
    // It may change other tags of what is its own, never the tag that says so.
    const keepsClusterTag = {
        Null: {
            "aws:RequestTag/elbv2.k8s.aws/cluster": "true",
            "aws:ResourceTag/elbv2.k8s.aws/cluster": "false",
        },
    };
    return [
        allow("iam:CreateServiceLinkedRole", "*", {
            StringEquals: { "iam:AWSServiceName": "elasticloadbalancing.amazonaws.com" },
        }),
        allow(
            `ec2:DescribeAccountAttributes ec2:DescribeAddresses ec2:DescribeAvailabilityZones ec2:DescribeCoipPools
             ec2:DescribeInstances ec2:DescribeInternetGateways ec2:DescribeIpamPools ec2:DescribeNetworkInterfaces
             ec2:DescribeRouteTables ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeTags
             ec2:DescribeVpcPeeringConnections ec2:DescribeVpcs ec2:GetCoipPoolUsage ec2:GetSecurityGroupsForVpc
             elasticloadbalancing:DescribeCapacityReservation elasticloadbalancing:DescribeListenerAttributes
             elasticloadbalancing:DescribeListenerCertificates elasticloadbalancing:DescribeListeners
             elasticloadbalancing:DescribeLoadBalancerAttributes elasticloadbalancing:DescribeLoadBalancers
             elasticloadbalancing:DescribeRules elasticloadbalancing:DescribeSSLPolicies
             elasticloadbalancing:DescribeTags elasticloadbalancing:DescribeTargetGroupAttributes
             elasticloadbalancing:DescribeTargetGroups elasticloadbalancing:DescribeTargetHealth
             elasticloadbalancing:DescribeTrustStores`,
            "*",
        ),
        allow(
            `acm:DescribeCertificate acm:ListCertificates cognito-idp:DescribeUserPoolClient
             iam:GetServerCertificate iam:ListServerCertificates
             shield:CreateProtection shield:DeleteProtection shield:DescribeProtection shield:GetSubscriptionState
             waf-regional:AssociateWebACL waf-regional:DisassociateWebACL
             waf-regional:GetWebACL waf-regional:GetWebACLForResource
             wafv2:AssociateWebACL wafv2:DisassociateWebACL wafv2:GetWebACL wafv2:GetWebACLForResource`,
            "*",
        ),
        allow("ec2:AuthorizeSecurityGroupIngress ec2:RevokeSecurityGroupIngress", "*"),
        allow("ec2:CreateSecurityGroup", "*"),
        allow("ec2:CreateTags", securityGroups, {
            StringEquals: { "ec2:CreateAction": "CreateSecurityGroup" },
            ...getsClusterTag,
        }),
        allow("ec2:CreateTags ec2:DeleteTags", securityGroups, keepsClusterTag),
        allow(
            "ec2:AuthorizeSecurityGroupIngress ec2:DeleteSecurityGroup ec2:RevokeSecurityGroupIngress",
            "*",
            hasClusterTag,
        ),
        allow(
            "elasticloadbalancing:CreateLoadBalancer elasticloadbalancing:CreateTargetGroup",
            "*",
            getsClusterTag,
        ),
        allow(
            `elasticloadbalancing:CreateListener elasticloadbalancing:CreateRule
             elasticloadbalancing:DeleteListener elasticloadbalancing:DeleteRule`,
            "*",
        ),
        allow(
            "elasticloadbalancing:AddTags elasticloadbalancing:RemoveTags",
            groupsAndBalancers,
            keepsClusterTag,
        ),
        allow("elasticloadbalancing:AddTags elasticloadbalancing:RemoveTags", [
            loadBalancing("listener-rule/app/*/*/*"),
            loadBalancing("listener-rule/net/*/*/*"),
            loadBalancing("listener/app/*/*/*"),
            loadBalancing("listener/net/*/*/*"),
        ]),
        allow(
            `elasticloadbalancing:DeleteLoadBalancer elasticloadbalancing:DeleteTargetGroup
             elasticloadbalancing:ModifyCapacityReservation elasticloadbalancing:ModifyIpPools
             elasticloadbalancing:ModifyListenerAttributes elasticloadbalancing:ModifyLoadBalancerAttributes
             elasticloadbalancing:ModifyTargetGroup elasticloadbalancing:ModifyTargetGroupAttributes
             elasticloadbalancing:SetIpAddressType elasticloadbalancing:SetSecurityGroups
             elasticloadbalancing:SetSubnets`,
            "*",
            hasClusterTag,
        ),
        allow("elasticloadbalancing:AddTags", groupsAndBalancers, {
            StringEquals: {
                "elasticloadbalancing:CreateAction": ["CreateLoadBalancer", "CreateTargetGroup"],
            },
            ...getsClusterTag,
        }),
        allow(
            "elasticloadbalancing:DeregisterTargets elasticloadbalancing:RegisterTargets",
            loadBalancing("targetgroup/*/*"),
        ),
        allow(
            `elasticloadbalancing:AddListenerCertificates elasticloadbalancing:ModifyListener
             elasticloadbalancing:ModifyRule elasticloadbalancing:RemoveListenerCertificates
             elasticloadbalancing:SetRulePriorities elasticloadbalancing:SetWebAcl`,
            "*",
        ),
    ];
}

/** A policy document in the form in which IAM compares it: one value or a list of it is the same, and order says nothing. */
export function inAnyOrder(document: string | { Version?: string; Statement: unknown }): unknown {
    const { Statement, ...rest } = (typeof document === "string" ? JSON.parse(document) : document) as {
        Statement: object[];
    };
    const byText = (one: unknown, other: unknown) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1);
    const asLists = (value: unknown): unknown => {
        if (Array.isArray(value)) return [...(value as unknown[])].sort();
        if (value === null || typeof value !== "object") return [value];
        const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
        return Object.fromEntries(entries.map(([key, inside]) => [key, asLists(inside)]));
    };
    return { ...rest, Statement: Statement.map(asLists).sort(byText) };
}
