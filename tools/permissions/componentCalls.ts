// What the component's children ask of AWS through the AWS provider, by the type of resource or the function, and what its own resources ask. Data only; a test holds it against the component's source.

/** What a call is asked on; `componentPolicy.ts` knows the ARNs. */
export type On =
    | "anything"
    | "cluster"
    | "addons"
    | "roles"
    | "givenRoles"
    | "passedRoles"
    | "oidcProviders"
    | "bucket"
    | "endpoints"
    | "endpointParts"
    | "subnets"
    | "hyperpodClusters";

/** IAM's actions, and what each is asked on. */
export type Actions = readonly (readonly [on: On, ...actions: string[]])[];

/** By the name in the program: `new aws.iam.Role`, `aws.ec2.getSubnet`. */
export const BY_AWS_PROVIDER: Readonly<Record<string, Actions>> = {
    "iam.Role": [
        [
            "roles",
            "iam:CreateRole",
            "iam:GetRole",
            "iam:UpdateRole",
            "iam:UpdateRoleDescription",
            "iam:UpdateAssumeRolePolicy",
            "iam:PutRolePermissionsBoundary",
            "iam:DeleteRolePermissionsBoundary",
            "iam:ListRolePolicies",
            "iam:ListAttachedRolePolicies",
            "iam:ListInstanceProfilesForRole",
            "iam:ListRoleTags",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:DeleteRole",
        ],
    ],
    "iam.RolePolicy": [["roles", "iam:PutRolePolicy", "iam:GetRolePolicy", "iam:DeleteRolePolicy"]],
    "iam.RolePolicyAttachment": [
        ["roles", "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:ListAttachedRolePolicies"],
    ],
    "iam.OpenIdConnectProvider": [
        [
            "oidcProviders",
            "iam:CreateOpenIDConnectProvider",
            "iam:GetOpenIDConnectProvider",
            "iam:UpdateOpenIDConnectProviderThumbprint",
            "iam:AddClientIDToOpenIDConnectProvider",
            "iam:RemoveClientIDFromOpenIDConnectProvider",
            "iam:TagOpenIDConnectProvider",
            "iam:UntagOpenIDConnectProvider",
            "iam:DeleteOpenIDConnectProvider",
        ],
    ],
    "s3.Bucket": [
        [
            "bucket",
            "s3:CreateBucket",
            "s3:DeleteBucket",
            "s3:ListBucket",
            "s3:GetBucketLocation",
            "s3:GetBucketTagging",
            "s3:PutBucketTagging",
            "s3:ListTagsForResource",
            "s3:TagResource",
            "s3:UntagResource",
            "s3:GetBucketAcl",
            "s3:GetBucketCORS",
            "s3:GetBucketWebsite",
            "s3:GetBucketVersioning",
            "s3:GetBucketLogging",
            "s3:GetBucketPolicy",
            "s3:GetBucketRequestPayment",
            "s3:GetBucketObjectLockConfiguration",
            "s3:GetAccelerateConfiguration",
            "s3:GetEncryptionConfiguration",
            "s3:GetLifecycleConfiguration",
            "s3:GetReplicationConfiguration",
        ],
    ],
    "s3.BucketLogging": [["bucket", "s3:PutBucketLogging", "s3:GetBucketLogging"]],
    "s3.BucketPolicy": [["bucket", "s3:PutBucketPolicy", "s3:GetBucketPolicy", "s3:DeleteBucketPolicy"]],
    "s3.BucketPublicAccessBlock": [
        ["bucket", "s3:PutBucketPublicAccessBlock", "s3:GetBucketPublicAccessBlock"],
    ],
    "s3.BucketServerSideEncryptionConfiguration": [
        ["bucket", "s3:PutEncryptionConfiguration", "s3:GetEncryptionConfiguration"],
    ],
    "ec2.Tag": [
        ["anything", "ec2:DescribeTags"],
        ["subnets", "ec2:CreateTags", "ec2:DeleteTags"],
        ["endpoints", "ec2:CreateTags", "ec2:DeleteTags"],
    ],
    "ec2.VpcEndpoint": [
        ["anything", "ec2:DescribeVpcEndpoints", "ec2:DescribePrefixLists", "ec2:DescribeNetworkInterfaces"],
        [
            "endpoints",
            "ec2:CreateVpcEndpoint",
            "ec2:ModifyVpcEndpoint",
            "ec2:DeleteVpcEndpoints",
            "ec2:CreateTags",
            "ec2:DeleteTags",
        ],
        ["endpointParts", "ec2:CreateVpcEndpoint", "ec2:ModifyVpcEndpoint"],
    ],
    "ec2.VpcEndpointRouteTableAssociation": [
        ["anything", "ec2:DescribeVpcEndpoints"],
        ["endpoints", "ec2:ModifyVpcEndpoint"],
        ["endpointParts", "ec2:ModifyVpcEndpoint"],
    ],
    "eks.Addon": [
        // EKS judges an update by its cluster as well.
        ["cluster", "eks:CreateAddon", "eks:DescribeUpdate"],
        [
            "addons",
            "eks:DescribeAddon",
            "eks:UpdateAddon",
            "eks:DescribeUpdate",
            "eks:DeleteAddon",
            "eks:TagResource",
            "eks:UntagResource",
        ],
        ["passedRoles", "iam:PassRole"],
    ],
    "ec2.getPrefixList": [["anything", "ec2:DescribePrefixLists"]],
    "ec2.getRouteTable": [["anything", "ec2:DescribeRouteTables"]],
    "ec2.getRouteTables": [["anything", "ec2:DescribeRouteTables"]],
    "ec2.getSubnet": [["anything", "ec2:DescribeSubnets"]],
    "ec2.getVpcEndpoint": [["anything", "ec2:DescribeVpcEndpoints", "ec2:DescribePrefixLists"]],
    "ec2.getVpcEndpointService": [["anything", "ec2:DescribeVpcEndpointServices"]],
    "eks.getAddon": [["addons", "eks:DescribeAddon"]],
    "eks.getAddonVersion": [["anything", "eks:DescribeAddonVersions"]],
    "eks.getCluster": [["cluster", "eks:DescribeCluster"]],
    "eks.getClusters": [["anything", "eks:ListClusters"]],
    "iam.getOpenIdConnectProvider": [
        ["anything", "iam:ListOpenIDConnectProviders"],
        ["oidcProviders", "iam:GetOpenIDConnectProvider"],
    ],
    "iam.getRole": [["givenRoles", "iam:GetRole"]],
    "route53.getZone": [
        ["anything", "route53:ListHostedZones", "route53:GetHostedZone", "route53:ListTagsForResource"],
    ],
    // Who asks, and where: without a permission.
    getCallerIdentity: [],
    getPartition: [],
    getRegion: [],
};

/** By the name of the SDK's call, without `Command`. */
export const BY_OWN_RESOURCES: Readonly<Record<string, Actions>> = {
    ListClusters: [["anything", "sagemaker:ListClusters"]],
    DescribeCluster: [
        ["hyperpodClusters", "sagemaker:DescribeCluster"],
        ["cluster", "eks:DescribeCluster"],
    ],
    DeleteBucket: [["bucket", "s3:DeleteBucket"]],
    DescribeAddon: [["addons", "eks:DescribeAddon"]],
    DescribeAddonVersions: [["anything", "eks:DescribeAddonVersions"]],
    DescribeAddonConfiguration: [["anything", "eks:DescribeAddonConfiguration"]],
};
