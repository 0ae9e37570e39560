// Found roles in, the role of every identity out: given, reused or cloned, with what each needs. Pure.

import type { Blocker } from "../../common/blocker";
import { counted } from "../../common/counted";
import { ErrorCode } from "../../common/errors";
import { Verdict } from "../../common/iam/conditions";
import {
    denialOf,
    type ServiceAccountTrust,
    statementFor,
    trustOf,
    trustOfCopy,
} from "../../common/iam/trustPolicy";
import { TAGS_PER_RESOURCE } from "../../common/tagQuota";
import { UNKNOWN } from "../../common/unknownValue";
import type { FoundIdentity } from "../discovery/identities";
import { needsCopy } from "../identities/identityNames";
import { tagsOfCopy } from "../identities/tagsOfCopy";
import { bucketPolicy, coversBuckets, INLINE_LIMIT, inlineSizeWith } from "../identities/tlsBucketRights";
import type { Role } from "../ports/world";
import { IdentityTreatment, type PlannedIdentity } from "./plan";

export interface IdentityInputs {
    readonly partition: string;
    readonly accountId: string;
    /** Buckets of the models that no managed policy covers. */
    readonly uncoveredBuckets: readonly string[];
    readonly oidcProviderFound: boolean;
    /** Whether the setting leaves this controller on. */
    readonly isOn: (setting: string) => boolean;
    /** For every copy, beside those of the role that is copied. */
    readonly tags: Readonly<Record<string, string>>;
}

export interface PlannedIdentities {
    readonly identities: readonly PlannedIdentity[];
    readonly blockers: readonly Blocker[];
    readonly notes: readonly string[];
}

export function planIdentities(found: readonly FoundIdentity[], inputs: IdentityInputs): PlannedIdentities {
    const identities: PlannedIdentity[] = [];
    const blockers: Blocker[] = [];
    const notes: string[] = [];
    for (const one of found) {
        const { identity } = one;
        if (identity.enabledBy !== undefined && !inputs.isOn(identity.enabledBy)) continue;
        if (one.roleArn === undefined) {
            const isNeeded = identity.neededUnless === undefined || inputs.isOn(identity.neededUnless);
            if (identity.required && isNeeded) blockers.push(missing(one));
            continue;
        }
        const base = { key: identity.key, title: identity.title };
        const trust = one.trust === undefined ? {} : { trust: one.trust };
        if (one.roleArn === UNKNOWN) {
            const later = { roleArn: UNKNOWN, roleName: UNKNOWN };
            identities.push({ ...base, ...trust, ...later, treatment: IdentityTreatment.Given });
            continue;
        }
        if (one.role === undefined) {
            blockers.push(unusable(one, `${one.roleArn} ${one.problem ?? "cannot be read"}`));
            continue;
        }
        const { role } = one;
        const buckets = identity.usesBuckets
            ? inputs.uncoveredBuckets.filter((bucket) => !coversBuckets(role, inputs, [bucket]))
            : [];
        const policy = buckets.length === 0 ? {} : { bucketPolicy: bucketPolicy(buckets, inputs) };
        if (policy.bucketPolicy !== undefined && !one.given)
            blockers.push(...tooLarge(one, role, policy.bucketPolicy, buckets));
        if (policy.bucketPolicy !== undefined && !one.given)
            notes.push(
                `${identity.title} gets an inline policy for the objects of these buckets, which settings or models name: ${buckets.join(", ")}`,
            );
        notes.push(...trustNotes(one));
        if (one.given) {
            blockers.push(...problemsOfGiven(one, inputs));
            if (buckets.length > 0) {
                notes.push(
                    `${identity.title} ${role.name} is yours and left as it is; no inline policy of it names ${buckets.join(", ")}, so make sure that an attached one does`,
                );
            }
            identities.push({
                ...base,
                ...trust,
                treatment: IdentityTreatment.Given,
                roleArn: role.arn,
                roleName: role.name,
            });
            continue;
        }
        if (one.trust !== undefined && denialOf(role.trustPolicy, one.trust) === Verdict.Yes) {
            blockers.push(unusable(one, `${role.arn} ${denied(one.trust)}`));
            continue;
        }
        const why = needsCopy(identity, role, one.trust, one.trustLimit);
        if (why === undefined) {
            identities.push({
                ...base,
                ...trust,
                ...policy,
                treatment: IdentityTreatment.Reused,
                roleArn: role.arn,
                roleName: role.name,
            });
        } else if (one.copyName === undefined) {
            blockers.push(
                unusable(one, `${role.name} needs a copy (${why}), but every name for one is taken`),
            );
        } else {
            const { lost } =
                one.trust === undefined
                    ? { lost: [] }
                    : trustOfCopy(role.trustPolicy, [one.trust], one.trustLimit);
            if (lost.length > 0)
                notes.push(
                    `the copy ${one.copyName} of ${role.name} does not trust ${lost.join(", ")}: its trust policy has no room for these statements`,
                );
            blockers.push(...tooManyTags(one, role, inputs.tags));
            const roleArn = `arn:${inputs.partition}:iam::${inputs.accountId}:role${role.path}${one.copyName}`;
            identities.push({
                ...base,
                ...trust,
                ...policy,
                treatment: IdentityTreatment.Cloned,
                roleArn,
                roleName: one.copyName,
                source: role.arn,
                why,
            });
        }
    }
    return { identities, blockers, notes };
}

function tooManyTags(
    { identity }: FoundIdentity,
    role: Role,
    tags: Readonly<Record<string, string>>,
): Blocker[] {
    const count = Object.keys(tagsOfCopy(role, tags)).length + 1;
    if (count <= TAGS_PER_RESOURCE) return [];
    return [
        {
            code: ErrorCode.TagLimit,
            property: "tags",
            what: `the copy of ${definite(identity.title)} ${role.name} would have ${count} tags: those of the role, the move's own and \`tags\`; IAM allows ${TAGS_PER_RESOURCE}`,
            remedy: `give fewer in \`tags\`, or give the role with \`${identity.property}\`: a role that is given is left as it is`,
        },
    ];
}

function tooLarge(
    { identity }: FoundIdentity,
    role: Role,
    policy: { readonly name: string; readonly document: string },
    buckets: readonly string[],
): Blocker[] {
    const size = inlineSizeWith(role, policy);
    if (size <= INLINE_LIMIT) return [];
    return [
        {
            code: ErrorCode.RoleNotUsable,
            property: identity.property,
            what: `${definite(identity.title)} ${role.name} has no room for the models' ${counted(buckets.length, "TLS bucket")}: its inline policies would have ${size} characters, and IAM allows ${INLINE_LIMIT}`,
            remedy: `allow them in a managed policy, attach it, and give the role with \`${identity.property}\`: a role that is given is left as it is`,
        },
    ];
}

function problemsOfGiven(
    { identity, role, roleArn, trust }: FoundIdentity,
    inputs: IdentityInputs,
): Blocker[] {
    const problems: Blocker[] = [];
    if (role === undefined) return problems;
    if (identity.namePrefix !== undefined && !role.name.startsWith(identity.namePrefix)) {
        problems.push({
            code: ErrorCode.RoleNotUsable,
            property: identity.property,
            what: `${definite(identity.title)} ${role.name} has a name that the add-on refuses`,
            remedy: `give a role whose name starts with ${identity.namePrefix}, or leave \`${identity.property}\` out: the role of the release is then copied under such a name`,
        });
    }
    if (trust === undefined || !inputs.oidcProviderFound) return problems;
    if (denialOf(role.trustPolicy, trust) === Verdict.Yes) {
        problems.push(unusable({ identity }, `${roleArn} ${denied(trust)}`));
    } else if (trustOf(role.trustPolicy, trust) === Verdict.No) {
        problems.push({
            code: ErrorCode.RoleNotUsable,
            property: identity.property,
            what: `${definite(identity.title)} ${roleArn} does not trust the service account ${trust.namespace}/${trust.name} of the add-on`,
            remedy: `add this statement to its trust policy: ${JSON.stringify(statementFor(trust))}`,
        });
    }
    return problems;
}

/** What IAM decides by things that only it knows is told, not settled. */
function trustNotes({ identity, role, trust, given }: FoundIdentity): string[] {
    if (role === undefined || trust === undefined) return [];
    const { trustPolicy } = role;
    // A role of the release gets a statement of its own, which admits without a doubt.
    const verdict = given ? trustOf(trustPolicy, trust) : denialOf(trustPolicy, trust);
    return verdict !== Verdict.CannotTell
        ? []
        : [
              `whether ${definite(identity.title)} ${role.name} trusts ${trust.namespace}/${trust.name} cannot be told: its trust policy has conditions on what only IAM knows`,
          ];
}

function denied({ namespace, name }: Pick<ServiceAccountTrust, "namespace" | "name">): string {
    return `has a trust policy that denies the service account ${namespace}/${name} of the add-on, whatever else it allows`;
}

/** "the execution role", but "KEDA's role". */
function definite(title: string): string {
    return /^[A-Z]+'s /.test(title) ? title : `the ${title}`;
}

function missing({ identity }: FoundIdentity): Blocker {
    return {
        code: ErrorCode.MissingSetting,
        property: identity.property,
        what: `the release names no ${identity.title}, neither in its values nor on a service account`,
        remedy: `set \`${identity.property}\``,
    };
}

function unusable({ identity }: Pick<FoundIdentity, "identity">, what: string): Blocker {
    return {
        code: ErrorCode.RoleNotUsable,
        property: identity.property,
        what: `${definite(identity.title)} ${what}`,
        remedy: `give a usable role with \`${identity.property}\`; look with \`aws iam get-role\``,
    };
}
