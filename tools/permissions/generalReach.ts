// Placeholders in, what the calls of any move on one cluster reach out: as narrow as it can be without a plan. Pure.

import { TLS_BUCKET_PREFIX } from "../../common/bucketName";
import { EXECUTION_ROLE_PREFIX, OPERATOR_ADDON } from "../../common/operatorNames";
import {
    IS_MARKED,
    MAKES_OURS,
    MARKS_ROLE,
    onlyPolicies,
    onlyTag,
    PASSED_TO_EKS,
} from "../../provider/permissions/awsConditions";
import type { Reach, Target } from "../../provider/permissions/awsPolicy";
import { dependencyProfiles } from "../../provider/profiles/dependencies";
import { hyperPodInference } from "../../provider/profiles/hyperPodInference";

/** Where the policy is for. */
export interface Place {
    readonly partition: string;
    readonly region: string;
    readonly account: string;
    readonly cluster: string;
    /** Path and start of the names of the release's roles, beside those of the execution role. */
    readonly roles: string;
    /** Path and start of the names of the account's own policies that a copied role carries. */
    readonly policies: string;
    /** Names, or patterns, of the buckets with the models' TLS objects. */
    readonly buckets: readonly string[];
}

/** To be replaced by whoever uses the document. */
export const PLACEHOLDERS: Place = {
    partition: "aws",
    region: "REGION",
    account: "ACCOUNT",
    cluster: "CLUSTER",
    roles: "ROLES",
    policies: "POLICIES",
    buckets: [`${TLS_BUCKET_PREFIX}*`],
};

export function generalReach({
    partition,
    region,
    account,
    cluster,
    roles,
    policies,
    buckets,
}: Place): Reach {
    const arn = (service: string, rest: string) => `arn:${partition}:${service}:${region}:${account}:${rest}`;
    const iam = (owner: string, rest: string) => `arn:${partition}:iam::${owner}:${rest}`;
    const on = (...resources: string[]): Target[] => [{ resources }];
    const everything = on("*");
    const theCluster = arn("eks", `cluster/${cluster}`);
    const theAddons = [OPERATOR_ADDON, ...dependencyProfiles.map(({ addonName }) => addonName)].map((name) =>
        arn("eks", `addon/${cluster}/${name}/*`),
    );
    const theRoles = [EXECUTION_ROLE_PREFIX, roles].map((start) => iam(account, `role/${start}*`));
    const onlyOurs = onlyTag(hyperPodInference.ownership?.tag.key ?? "");
    const inThisAccount = { StringEquals: { "aws:ResourceAccount": account } };
    const objects = buckets.map((bucket) => `arn:${partition}:s3:::${bucket}/*`);
    return {
        anything: everything,
        principal: everything,
        account: everything,
        cluster: on(theCluster),
        newAddons: [{ resources: [theCluster], condition: MAKES_OURS }],
        addons: on(...theAddons),
        movedAddons: on(...theAddons),
        // One that was there before the move may have to make room when it failed.
        takenAwayAddons: on(...theAddons),
        takenOverAddon: on(...theAddons.slice(0, 1)),
        roles: on(...theRoles),
        passedRoles: [{ resources: theRoles, condition: PASSED_TO_EKS }],
        trustedRoles: on(...theRoles),
        bucketRoles: on(...theRoles),
        newRoles: [{ resources: theRoles, condition: MARKS_ROLE }],
        taggedRoles: [{ resources: theRoles, condition: MARKS_ROLE }],
        attachedRoles: [
            {
                resources: theRoles,
                condition: onlyPolicies([
                    iam("aws", "policy/AmazonSageMakerHyperPod*"),
                    iam("aws", "policy/AmazonFSxFullAccess"),
                    iam(account, `policy/${policies}*`),
                ]),
            },
        ],
        copies: on(...theRoles),
        copiesMade: [{ resources: theRoles, condition: IS_MARKED }],
        loadBalancers: [{ resources: [arn("elasticloadbalancing", "loadbalancer/*")], condition: onlyOurs }],
        certificates: on(arn("acm", "certificate/*")),
        taggedCertificates: [{ resources: [arn("acm", "certificate/*")], condition: onlyOurs }],
        bucket: [
            {
                resources: buckets.map((bucket) => `arn:${partition}:s3:::${bucket}`),
                condition: inThisAccount,
            },
        ],
        objects: [{ resources: objects, condition: inThisAccount }],
        taggedObjects: [{ resources: objects, condition: inThisAccount }],
    };
}
