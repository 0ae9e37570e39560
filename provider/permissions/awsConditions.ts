// What a call must carry or meet to be a move's own, as conditions of IAM; the same for every cluster. Data only.
import { ADDON_TAGS, MIGRATION_MARK } from "../../common/ourMarks";
import type { Condition } from "./awsPolicy";

const [[TAG, VALUE]] = Object.entries(ADDON_TAGS) as [[string, string]];

/** The request makes something that carries the package's tag. */
export const MAKES_OURS: Condition = { StringEquals: { [`aws:RequestTag/${TAG}`]: VALUE } };
/** What is meant carries it. */
export const IS_OURS: Condition = { StringEquals: { [`aws:ResourceTag/${TAG}`]: VALUE } };
/** The role is made with the mark of a move, whichever. */
export const MARKS_ROLE: Condition = { Null: { [`aws:RequestTag/${MIGRATION_MARK}`]: "false" } };
/** The role carries it. */
export const IS_MARKED: Condition = { Null: { [`aws:ResourceTag/${MIGRATION_MARK}`]: "false" } };
/** No other service gets the role. */
export const PASSED_TO_EKS: Condition = { StringEquals: { "iam:PassedToService": "eks.amazonaws.com" } };

/** Only this tag is set or taken away. */
export function onlyTag(key: string): Condition {
    return { "ForAllValues:StringEquals": { "aws:TagKeys": [key] } };
}

export function onlyPolicies(arns: readonly string[]): Condition {
    return { ArnLike: { "iam:PolicyARN": [...arns].sort() } };
}

/** The new role has just this boundary. */
export function withBoundary(condition: Condition, arn: string): Condition {
    return { ...condition, StringEquals: { "iam:PermissionsBoundary": arn } };
}
