// Every AWS API call of the adapters, and what IAM wants for it. Data only; tests hold it against the adapters' source and against what they send.

/** Which calls of a session need it. */
export type Purpose = "look" | "move";

/** What a statement is about; `moveReach.ts` knows the ARNs and conditions. */
export type On =
    | "anything"
    | "principal"
    | "account"
    | "cluster"
    | "newAddons"
    | "addons"
    | "movedAddons"
    | "takenAwayAddons"
    | "takenOverAddon"
    | "roles"
    | "passedRoles"
    | "trustedRoles"
    | "bucketRoles"
    | "newRoles"
    | "taggedRoles"
    | "attachedRoles"
    | "copies"
    | "copiesMade"
    | "loadBalancers"
    | "certificates"
    | "taggedCertificates"
    | "bucket"
    | "objects"
    | "taggedObjects";

export interface AwsCall {
    /** Name in the SDK, without `Command`. */
    readonly call: string;
    readonly service: "eks" | "iam" | "elasticloadbalancing" | "acm" | "s3" | "sts";
    readonly purpose: Purpose;
    /** IAM's actions and what each is asked on; none when IAM asks for none. */
    readonly actions: readonly (readonly [action: string, on: On])[];
    readonly why: string;
    /** The move works without it, and says less. */
    readonly optional?: true;
}

export const AWS_CALLS: readonly AwsCall[] = [
    {
        call: "GetCallerIdentity",
        service: "sts",
        purpose: "look",
        actions: [],
        why: "who asks; needs no permission",
    },
    look("eks", "DescribeCluster", "cluster", "endpoint, version and OIDC issuer of the cluster"),
    {
        ...look(
            "eks",
            "ListClusters",
            "anything",
            "which cluster was probably meant, where there is none of the name",
        ),
        optional: true,
    },
    look("eks", "DescribeAddon", "addons", "whether an add-on is installed, and how it fares"),
    look("eks", "ListAddons", "cluster", "which other add-ons there are, whose objects are never touched"),
    look("eks", "DescribeAddonVersions", "anything", "versions that the cluster can run"),
    look("eks", "DescribeAddonConfiguration", "anything", "the schema that settings are checked against"),
    look("iam", "GetRole", "roles", "trust policy, path, boundary and tags of the roles of the release"),
    look("iam", "ListAttachedRolePolicies", "roles", "what a copy of a role must carry"),
    look("iam", "ListRolePolicies", "roles", "what a copy of a role must carry"),
    look("iam", "GetRolePolicy", "roles", "what a copy of a role must carry"),
    look(
        "iam",
        "ListOpenIDConnectProviders",
        "anything",
        "whether service accounts can assume roles at all",
        "iam:ListOpenIDConnectProviders",
    ),
    {
        call: "GetAccountSummary",
        service: "iam",
        purpose: "look",
        actions: [["iam:GetAccountSummary", "account"]],
        why: "how long a trust policy may be, where the usual 2,048 characters are not enough",
        optional: true,
    },
    {
        call: "SimulatePrincipalPolicy",
        service: "iam",
        purpose: "look",
        actions: [["iam:SimulatePrincipalPolicy", "principal"]],
        why: "find missing permissions before the first change instead of in the middle",
        optional: true,
    },
    look("elasticloadbalancing", "DescribeLoadBalancers", "anything", "load balancers of the models"),
    look("elasticloadbalancing", "DescribeTags", "anything", "tags of load balancers"),
    look("acm", "ListTagsForCertificate", "certificates", "tags of the models' certificates"),
    {
        call: "GetObjectTagging",
        service: "s3",
        purpose: "look",
        actions: [
            ["s3:GetObjectTagging", "objects"],
            ["s3:ListBucket", "bucket"],
        ],
        why: "tags of TLS objects; without the list, S3 calls a missing object forbidden",
    },
    look(
        "s3",
        "HeadBucket",
        "bucket",
        "whose a bucket is that a model names, before the execution role may use it",
        "s3:ListBucket",
    ),
    {
        call: "CreateAddon",
        service: "eks",
        purpose: "move",
        actions: [
            ["eks:CreateAddon", "newAddons"],
            ["eks:TagResource", "movedAddons"],
            ["iam:PassRole", "passedRoles"],
        ],
        why: "install the add-on, tagged, and the CSI drivers with their roles",
    },
    move(
        "eks",
        "UpdateAddon",
        "movedAddons",
        "upgrade, repair of a degraded add-on, and taking over one that is there already",
    ),
    move("eks", "TagResource", "takenOverAddon", "`tags`, on an add-on that is there already"),
    move("eks", "UntagResource", "takenOverAddon", "undo"),
    {
        call: "DescribeUpdate",
        service: "eks",
        purpose: "move",
        actions: [
            ["eks:DescribeUpdate", "cluster"],
            ["eks:DescribeUpdate", "movedAddons"],
        ],
        why: "follow an upgrade",
    },
    move("eks", "DeleteAddon", "takenAwayAddons", "undo, with the objects preserved"),
    {
        call: "CreateRole",
        service: "iam",
        purpose: "move",
        actions: [
            ["iam:CreateRole", "newRoles"],
            ["iam:TagRole", "taggedRoles"],
        ],
        why: "copy a role that the add-on cannot use under its name",
    },
    move("iam", "AttachRolePolicy", "attachedRoles", "give a copy the managed policies of its original"),
    {
        call: "PutRolePolicy",
        service: "iam",
        purpose: "move",
        actions: [
            ["iam:PutRolePolicy", "copies"],
            ["iam:PutRolePolicy", "bucketRoles"],
        ],
        why: "give a copy the inline policies of its original; access to TLS buckets",
    },
    move("iam", "UpdateAssumeRolePolicy", "trustedRoles", "trust the add-on's service account; undo"),
    {
        call: "DeleteRolePolicy",
        service: "iam",
        purpose: "move",
        actions: [
            ["iam:DeleteRolePolicy", "copiesMade"],
            ["iam:DeleteRolePolicy", "bucketRoles"],
        ],
        why: "undo",
    },
    move("iam", "DetachRolePolicy", "copiesMade", "undo"),
    move("iam", "DeleteRole", "copiesMade", "undo: only roles that this move made"),
    move("elasticloadbalancing", "AddTags", "loadBalancers", "tag the models' load balancers"),
    move("elasticloadbalancing", "RemoveTags", "loadBalancers", "undo"),
    move("acm", "AddTagsToCertificate", "taggedCertificates", "tag the models' certificates"),
    move("acm", "RemoveTagsFromCertificate", "taggedCertificates", "undo"),
    move("s3", "PutObjectTagging", "taggedObjects", "tag the models' TLS objects; undo"),
];

function look(service: AwsCall["service"], call: string, on: On, why: string, action?: string): AwsCall {
    return { call, service, purpose: "look", actions: [[action ?? `${service}:${call}`, on]], why };
}

function move(service: AwsCall["service"], call: string, on: On, why: string): AwsCall {
    return { call, service, purpose: "move", actions: [[`${service}:${call}`, on]], why };
}
