// What a call must carry or meet to be a move's own, as conditions of IAM; the same for every cluster. Data only.
import { ADDON_TAGS, MIGRATION_MARK } from "../../common/ourMarks";
import type { AllowCondition } from "./awsPolicy";

const [[TAG, VALUE]] = Object.entries(ADDON_TAGS) as [[string, string]];

/** The request makes something that carries the package's tag. */
export const MAKES_OURS: AllowCondition = { StringEquals: { [`aws:RequestTag/${TAG}`]: VALUE } };
/** What is meant carries it. */
export const IS_OURS: AllowCondition = { StringEquals: { [`aws:ResourceTag/${TAG}`]: VALUE } };
/** The role is made with the mark of a move, whichever. */
export const MARKS_ROLE: AllowCondition = { Null: { [`aws:RequestTag/${MIGRATION_MARK}`]: "false" } };
/** The role carries it. */
export const IS_MARKED: AllowCondition = { Null: { [`aws:ResourceTag/${MIGRATION_MARK}`]: "false" } };
/** No other service gets the role. */
export const PASSED_TO_EKS: AllowCondition = { StringEquals: { "iam:PassedToService": "eks.amazonaws.com" } };

/** Only this tag is set or taken away. */
export function onlyTag(key: string): AllowCondition {
    return { "ForAllValues:StringEquals": { "aws:TagKeys": [key] } };
}

export function onlyPolicies(arns: readonly string[]): AllowCondition {
    return { ArnLike: { "iam:PolicyARN": [...arns].sort() } };
}

/** The new role has just this boundary. */
export function withBoundary(condition: AllowCondition, arn: string): AllowCondition {
    return { ...condition, StringEquals: { "iam:PermissionsBoundary": arn } };
}
