// The inline policy that an execution role needs for TLS buckets outside the managed policy, and whether a role has it. Pure.

import { sameJson } from "../../common/canonicalJson";
import { conditionHolds, Verdict } from "../../common/iam/conditions";
import { parse, statementsOf } from "../../common/iam/document";
import { coversValue, listOf } from "../../common/iam/policyMatch";
import {
    compactTlsBucketPolicy,
    TLS_BUCKET_ACTIONS,
    tlsBucketPolicy,
} from "../../common/iam/tlsBucketPolicy";
import type { Role } from "../ports/world";
import { fingerprint } from "./identityNames";

/** Characters that IAM allows in all inline policies of a role together, white space aside. */
export const INLINE_LIMIT = 10_240;

/** How many characters the role's inline policies would have with one more. */
export function inlineSizeWith(
    { inlinePolicies }: Role,
    { name, document }: { readonly name: string; readonly document: string },
): number {
    return Object.values({ ...inlinePolicies, [name]: document }).reduce(
        (sum, text) => sum + text.replaceAll(/\s/g, "").length,
        0,
    );
}

export function bucketPolicy(
    buckets: readonly string[],
    { partition, accountId }: { partition: string; accountId: string },
): { name: string; document: string } {
    const sorted = [...buckets].sort();
    const objects = sorted.map((bucket) => `arn:${partition}:s3:::${bucket}/*`);
    const usual = JSON.stringify(tlsBucketPolicy(objects, accountId));
    const document =
        usual.length <= INLINE_LIMIT / 2 ? usual : JSON.stringify(compactTlsBucketPolicy(objects, accountId));
    return { name: `PulumiHyperPodInferenceTlsBuckets-${fingerprint(sorted.join(" "))}`, document };
}

/**
 * Judged by inline policies alone; an attached one that does the same is not seen, and ours then changes nothing. A statement whose condition need not
 * hold for the operator's requests (one VPC endpoint, say) covers nothing.
 */
export function coversBuckets(
    role: Role,
    { partition, accountId }: { readonly partition: string; readonly accountId: string },
    buckets: readonly string[],
): boolean {
    const request = (key: string) => (key.toLowerCase() === "aws:resourceaccount" ? accountId : undefined);
    const statements = Object.values(role.inlinePolicies).flatMap((document) =>
        statementsOf(parse(document)),
    );
    return buckets.every((bucket) =>
        TLS_BUCKET_ACTIONS.every((action) =>
            statements.some(
                ({ Effect, Action, Resource, Condition }) =>
                    Effect === "Allow" &&
                    conditionHolds(Condition, request) === Verdict.Yes &&
                    listOf(Action).some((pattern) => coversValue(pattern, action)) &&
                    listOf(Resource).some((pattern) =>
                        coversValue(pattern, `arn:${partition}:s3:::${bucket}/*`),
                    ),
            ),
        ),
    );
}

/** Whether two policy documents say the same. */
export function sameDocument(a: string | undefined, b: string | undefined): boolean {
    if (a === undefined || b === undefined) return a === b;
    try {
        return sameJson(JSON.parse(a), JSON.parse(b));
    } catch {
        return a === b;
    }
}
