// The inline policy that an execution role needs for TLS buckets outside the managed policy, and whether a role has it. Pure.

import { canonicalJson } from "../../common/canonicalJson";
import { coversValue, listOf } from "../../common/iam/policyMatch";
import type { Role } from "../ports/world";
import { fingerprint } from "./identityNames";

const NEEDED = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"];

export function bucketPolicy(
    buckets: readonly string[],
    { partition, accountId }: { partition: string; accountId: string },
): { name: string; document: string } {
    const sorted = [...buckets].sort();
    const Resource = sorted.map((bucket) => `arn:${partition}:s3:::${bucket}/*`);
    const Condition = { StringEquals: { "aws:ResourceAccount": accountId } };
    const document = JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Sid: "TLSBucketDeleteObjectsPermission",
                Effect: "Allow",
                Action: ["s3:DeleteObject"],
                Resource,
                Condition,
            },
            { Sid: "TLSBucketGetObjectAccess", Effect: "Allow", Action: ["s3:GetObject"], Resource },
            {
                Sid: "TLSBucketPutObjectAccess",
                Effect: "Allow",
                Action: ["s3:PutObject", "s3:PutObjectTagging"],
                Resource,
                Condition,
            },
        ],
    });
    return { name: `PulumiHyperPodInferenceTlsBuckets-${fingerprint(sorted.join(" "))}`, document };
}

/** Judged by inline policies alone; an attached one that does the same is not seen, and ours then changes nothing. */
export function coversBuckets(role: Role, partition: string, buckets: readonly string[]): boolean {
    const statements = Object.values(role.inlinePolicies).flatMap(statementsOf);
    return buckets.every((bucket) =>
        NEEDED.every((action) =>
            statements.some(
                ({ Effect, Action, Resource }) =>
                    Effect === "Allow" &&
                    listOf(Action).some((pattern) => coversValue(pattern, action)) &&
                    listOf(Resource).some((pattern) =>
                        coversValue(pattern, `arn:${partition}:s3:::${bucket}/*`),
                    ),
            ),
        ),
    );
}

interface Statement {
    Effect?: string;
    Action?: string | string[];
    Resource?: string | string[];
}

function statementsOf(document: string): Statement[] {
    try {
        const { Statement = [] } = JSON.parse(document) as { Statement?: Statement | Statement[] };
        return Array.isArray(Statement) ? Statement : [Statement];
    } catch {
        return [];
    }
}

/** Whether two policy documents say the same. */
export function sameDocument(a: string | undefined, b: string | undefined): boolean {
    if (a === undefined || b === undefined) return a === b;
    try {
        return canonicalJson(JSON.parse(a)) === canonicalJson(JSON.parse(b));
    } catch {
        return a === b;
    }
}
