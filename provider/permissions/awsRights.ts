// Asks IAM whether this principal may do what the plan will do. Only an outright refusal counts; where simulating is not allowed, nothing is said.

import type { Blocker } from "../../common/blocker";
import { ErrorCode } from "../../common/errors";
import { DependencyTreatment, IdentityTreatment, type PlanDraft, type PlannedIdentity } from "../plan/plan";
import { type AwsRight, TaggedKind, type World } from "../ports/world";

const TAG_ACTIONS: Record<TaggedKind, readonly string[]> = {
    [TaggedKind.LoadBalancer]: ["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
    [TaggedKind.Certificate]: ["acm:AddTagsToCertificate", "acm:RemoveTagsFromCertificate"],
    [TaggedKind.S3Object]: ["s3:GetObjectTagging", "s3:PutObjectTagging"],
};

export async function deniedActions(world: World, plan: PlanDraft): Promise<Blocker[]> {
    if (world.permissions === undefined) return [];
    const denied = await world.permissions.deniedInAws(awsRightsOf(plan));
    if (denied.length === 0) return [];
    return [
        {
            code: ErrorCode.PermissionMissing,
            property: "clusterName",
            what: `this principal may not ${denied.map(({ action, resource }) => `${action} on ${resource}`).join(", ")}`,
            remedy: "allow these actions; docs/permissions.md lists all that a move needs",
        },
    ];
}

const on = (resource: string, actions: readonly string[]): AwsRight[] =>
    actions.map((action) => ({ action, resource }));

function rolesRights({ treatment, roleArn, source, bucketPolicy }: PlannedIdentity): AwsRight[] {
    switch (treatment) {
        case IdentityTreatment.Given:
            return [];
        case IdentityTreatment.Reused:
            return [
                ...on(roleArn, ["iam:GetRole", "iam:UpdateAssumeRolePolicy"]),
                ...(bucketPolicy === undefined
                    ? []
                    : on(roleArn, ["iam:PutRolePolicy", "iam:DeleteRolePolicy"])),
            ];
        case IdentityTreatment.Cloned:
            return [
                ...on(source ?? "", [
                    "iam:GetRole",
                    "iam:ListRolePolicies",
                    "iam:ListAttachedRolePolicies",
                    "iam:GetRolePolicy",
                ]),
                ...on(roleArn, [
                    "iam:CreateRole",
                    "iam:TagRole",
                    "iam:AttachRolePolicy",
                    "iam:PutRolePolicy",
                ]),
                ...on(roleArn, ["iam:DeleteRole", "iam:DetachRolePolicy", "iam:DeleteRolePolicy"]),
            ];
    }
}

export function awsRightsOf(plan: PlanDraft): AwsRight[] {
    const { arn } = plan.cluster;
    const addons = [
        plan.addon.name,
        ...plan.dependencies
            .filter(({ treatment }) => treatment !== DependencyTreatment.LeftAlone)
            .map(({ addonName }) => addonName),
    ];
    return [
        ...on(arn, ["eks:CreateAddon"]),
        ...addons.flatMap((name) =>
            on(`${arn.replace(":cluster/", ":addon/")}/${name}/*`, [
                "eks:DescribeAddon",
                "eks:UpdateAddon",
                "eks:DeleteAddon",
            ]),
        ),
        ...plan.identities.flatMap(rolesRights),
        ...plan.tags.resources.flatMap(({ resource }) =>
            on(
                resource.id.replace(/^s3:\/\//, `arn:${arn.split(":")[1] ?? "aws"}:s3:::`),
                TAG_ACTIONS[resource.kind],
            ),
        ),
    ];
}
