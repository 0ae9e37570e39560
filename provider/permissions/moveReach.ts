// One planned move and what was found for it in; what its AWS calls reach out, resume and undo with it. Pure. Nothing of it is wider than a call needs, but where IAM knows no narrower resource.

import { isTrusted } from "../../common/iam/trustPolicy";
import type { Discovery } from "../discovery/discover";
import type { FoundIdentity } from "../discovery/identities";
import { copyNames } from "../identities/identityNames";
import { DependencyTreatment, IdentityTreatment, type PlanDraft, type PlannedIdentity } from "../plan/plan";
import { TaggedKind, type TaggedResource } from "../ports/world";
import {
    IS_MARKED,
    IS_OURS,
    MAKES_OURS,
    MARKS_ROLE,
    onlyPolicies,
    onlyTag,
    PASSED_TO_EKS,
    withBoundary,
} from "./awsConditions";
import { literal, type Reach, type Target } from "./awsPolicy";

export type ReachedParts = Pick<Discovery, "cluster" | "identities" | "dependencies" | "owned">;

export function moveReach(plan: PlanDraft, found: ReachedParts): Reach {
    return {
        anything: [{ resources: ["*"] }],
        // Whoever has just these rights needs not ask which it lacks.
        principal: [],
        ...addonsReach(plan, found),
        ...rolesReach(plan, found),
        ...tagsReach(plan, found),
    };
}

type AddonsReach =
    | "cluster"
    | "newAddons"
    | "addons"
    | "movedAddons"
    | "takenAwayAddons"
    | "takenOverAddon"
    | "passedRoles";

function addonsReach(plan: PlanDraft, { dependencies }: ReachedParts): Pick<Reach, AddonsReach> {
    const { arn } = plan.cluster;
    const addon = (name: string) => `${arn.replace(":cluster/", ":addon/")}/${name}/*`;
    const moving = plan.dependencies.filter(({ treatment }) => treatment !== DependencyTreatment.LeftAlone);
    const made = moving.map(({ addonName }) => addon(addonName));
    const own = addon(plan.addon.name);
    const passed = moving.flatMap(({ identity }) =>
        plan.identities.filter(({ key }) => key === identity).map(({ roleArn }) => literal(roleArn)),
    );
    return {
        cluster: [{ resources: [arn] }],
        newAddons: [{ resources: [arn], condition: MAKES_OURS }],
        addons: [{ resources: [own, ...dependencies.map(({ profile }) => addon(profile.addonName))] }],
        movedAddons: [{ resources: [own, ...made] }],
        // One that was there before carries no tag of ours, and makes room only when it failed.
        takenAwayAddons:
            plan.addon.existing === undefined
                ? [{ resources: [own, ...made], condition: IS_OURS }]
                : [{ resources: [own] }, { resources: made, condition: IS_OURS }],
        takenOverAddon: [{ resources: plan.addon.existing === undefined ? [] : [own] }],
        passedRoles: [{ resources: passed, condition: PASSED_TO_EKS }],
    };
}

type RolesReach =
    | "account"
    | "roles"
    | "trustedRoles"
    | "bucketRoles"
    | "newRoles"
    | "taggedRoles"
    | "attachedRoles"
    | "copies"
    | "copiesMade";

function rolesReach(plan: PlanDraft, { cluster, identities }: ReachedParts): Pick<Reach, RolesReach> {
    const pairs = plan.identities.flatMap((planned) => {
        const found = identities.find(({ identity }) => identity.key === planned.key);
        return found?.role === undefined ? [] : [{ planned, found, role: found.role }];
    });
    const reused = pairs.filter(({ planned }) => planned.treatment === IdentityTreatment.Reused);
    const copies = pairs.filter(({ planned }) => planned.treatment === IdentityTreatment.Cloned);
    const arnsOf = (some: readonly { readonly planned: PlannedIdentity }[]) =>
        some.map(({ planned }) => literal(planned.roleArn));
    const asksForLimit = identities.some(({ trustLimit }) => trustLimit !== undefined);
    return {
        account: asksForLimit ? [{ resources: ["*"] }] : [],
        roles: [{ resources: [...identities.flatMap((one) => rolesRead(one, cluster.arn))] }],
        trustedRoles: [
            {
                resources: arnsOf(
                    reused.filter(
                        ({ planned: { trust }, role }) =>
                            trust !== undefined && !isTrusted(role.trustPolicy, trust),
                    ),
                ),
            },
        ],
        bucketRoles: [
            { resources: arnsOf(reused.filter(({ planned }) => planned.bucketPolicy !== undefined)) },
        ],
        newRoles: copies.map(({ planned, role: { permissionsBoundary } }) => ({
            resources: arnsOf([{ planned }]),
            condition:
                permissionsBoundary === undefined
                    ? MARKS_ROLE
                    : withBoundary(MARKS_ROLE, permissionsBoundary),
        })),
        taggedRoles: [{ resources: arnsOf(copies), condition: MARKS_ROLE }],
        attachedRoles: copies
            .filter(({ role }) => role.attachedPolicies.length > 0)
            .map(({ planned, role }) => ({
                resources: arnsOf([{ planned }]),
                condition: onlyPolicies(role.attachedPolicies),
            })),
        // By name alone: IAM may not know yet, seconds after a role was made, which tags it has.
        copies: [
            {
                resources: arnsOf(
                    copies.filter(
                        ({ planned, role }) =>
                            planned.bucketPolicy !== undefined || Object.keys(role.inlinePolicies).length > 0,
                    ),
                ),
            },
        ],
        copiesMade: [{ resources: arnsOf(copies), condition: IS_MARKED }],
    };
}

/** The role, and the names that were tried for its copy up to the free one. IAM is asked about a role that is not there by its name alone, without a path. */
function rolesRead({ identity, role, copyName }: FoundIdentity, clusterArn: string): string[] {
    if (role === undefined) return [];
    const start = role.arn.slice(0, role.arn.length - role.name.length - role.path.length);
    const names = copyName === undefined ? [] : namesUpTo(copyName, copyNames(clusterArn, role, identity));
    return [role.name, ...names].flatMap((name) => [
        `${start}${literal(role.path)}${literal(name)}`,
        `${start}/${literal(name)}`,
    ]);
}

function namesUpTo(name: string, names: readonly string[]): readonly string[] {
    return names.slice(0, names.indexOf(name) + 1);
}

type TagsReach =
    | "loadBalancers"
    | "certificates"
    | "taggedCertificates"
    | "bucket"
    | "objects"
    | "taggedObjects";

function tagsReach(plan: PlanDraft, { cluster, owned }: ReachedParts): Pick<Reach, TagsReach> {
    const s3 = `arn:${cluster.partition}:s3:::`;
    const patternOf = ({ kind, id }: TaggedResource) =>
        kind === TaggedKind.S3Object ? id.replace(/^s3:\/\//, s3) : id;
    const of = (kind: TaggedKind, resources: readonly TaggedResource[]) =>
        resources.filter((one) => one.kind === kind).map((one) => literal(patternOf(one)));
    const tagged = plan.tags.resources.map(({ resource }) => resource);
    const condition = onlyTag(plan.tags.tag.key);
    const objects = of(TaggedKind.S3Object, owned.asked);
    const inThisAccount = (resources: readonly string[]): Target[] => [
        { resources, condition: { StringEquals: { "aws:ResourceAccount": cluster.accountId } } },
    ];
    return {
        loadBalancers: [{ resources: of(TaggedKind.LoadBalancer, tagged), condition }],
        certificates: [{ resources: of(TaggedKind.Certificate, owned.asked) }],
        taggedCertificates: [{ resources: of(TaggedKind.Certificate, tagged), condition }],
        bucket: inThisAccount([
            ...objects.map((arn) => arn.slice(0, arn.indexOf("/"))),
            ...owned.buckets.map(({ name }) => `${s3}${literal(name)}`),
        ]),
        objects: inThisAccount(objects),
        taggedObjects: inThisAccount(of(TaggedKind.S3Object, tagged)),
    };
}
