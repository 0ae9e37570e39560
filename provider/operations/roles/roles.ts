// One identity's role: what to remember of it, how to make it fit the add-on, and the undo. Writes only what is missing.

import { ErrorCode, MigrationError } from "../../../common/errors";
import {
    isTrusted,
    type ServiceAccountTrust,
    trustOfCopy,
    withoutTrust,
    withTrust,
} from "../../../common/iam/trustPolicy";
import { MIGRATION_MARK } from "../../../common/ourMarks";
import { IAM_PROPAGATION_MS } from "../../../common/timeouts";
import { tagsOfCopy } from "../../identities/tagsOfCopy";
import { sameDocument } from "../../identities/tlsBucketRights";
import { IdentityTreatment, type PlannedIdentity } from "../../plan/plan";
import { poll } from "../../ports/poll";
import type { Role, World } from "../../ports/world";

const POLL_MS = 250;

export interface RoleMemory {
    readonly key: string;
    /** The trust policy, character by character, of a role that is reused. */
    readonly trustPolicy?: string;
    /** The inline policy under our name; absent when there was none. */
    readonly inlinePolicy?: string;
    /** A role of the copy's name was there before: it is not ours to delete. */
    readonly existed?: boolean;
}

export async function rememberRole(world: World, identity: PlannedIdentity): Promise<RoleMemory> {
    const { key, treatment, roleName, bucketPolicy } = identity;
    if (treatment === IdentityTreatment.Given) return { key };
    const role = await world.identities.readRole(roleName);
    if (treatment === IdentityTreatment.Cloned) return { key, existed: role !== undefined };
    if (role === undefined) throw gone(identity.roleArn);
    const inlinePolicy = bucketPolicy && role.inlinePolicies[bucketPolicy.name];
    return { key, trustPolicy: role.trustPolicy, ...(inlinePolicy === undefined ? {} : { inlinePolicy }) };
}

export async function settleRole(
    world: World,
    identity: PlannedIdentity,
    memory: RoleMemory,
    migrationId: string,
): Promise<void> {
    if (identity.treatment === IdentityTreatment.Given) return;
    if (identity.treatment === IdentityTreatment.Cloned) {
        await copyRole(world, identity, migrationId);
        return;
    }
    const role = await world.identities.readRole(identity.roleName);
    if (role === undefined) throw gone(identity.roleArn);
    const { trust, bucketPolicy } = identity;
    if (trust !== undefined && !isTrusted(role.trustPolicy, trust)) {
        world.log.progress(`identities: ${role.name} trusts ${trust.namespace}/${trust.name}`);
        await world.identities.setTrustPolicy(role.name, withTrust(role.trustPolicy, trust));
    }
    if (
        bucketPolicy !== undefined &&
        memory.inlinePolicy === undefined &&
        !sameDocument(role.inlinePolicies[bucketPolicy.name], bucketPolicy.document)
    ) {
        world.log.progress(`identities: ${role.name} may use the models' TLS buckets`);
        await world.identities.putInlinePolicy(role.name, bucketPolicy.name, bucketPolicy.document);
    }
}

async function copyRole(world: World, identity: PlannedIdentity, migrationId: string): Promise<void> {
    const source = await world.identities.readRole(identity.source ?? "");
    if (source === undefined) throw gone(identity.source ?? "");
    const { trust, bucketPolicy, roleName } = identity;
    world.log.progress(`identities: copying ${source.name} to ${roleName}`);
    await world.identities.createRole(
        {
            name: roleName,
            path: source.path,
            trustPolicy:
                trust === undefined
                    ? source.trustPolicy
                    : await trustForCopy(world, source.trustPolicy, trust),
            attachedPolicies: source.attachedPolicies,
            inlinePolicies: {
                ...source.inlinePolicies,
                ...(bucketPolicy === undefined ? {} : { [bucketPolicy.name]: bucketPolicy.document }),
            },
            maxSessionDuration: source.maxSessionDuration,
            tags: tagsOfCopy(source, world.tagsOfMade ?? {}),
            ...(source.permissionsBoundary === undefined
                ? {}
                : { permissionsBoundary: source.permissionsBoundary }),
            ...(source.description === undefined ? {} : { description: source.description }),
        },
        ownerTag(migrationId),
    );
}

/** The account is only asked for its limit where the usual one is not enough. */
async function trustForCopy(world: World, document: string, trust: ServiceAccountTrust): Promise<string> {
    const copy = trustOfCopy(document, [trust]);
    if (copy.lost.length === 0) return copy.document;
    return trustOfCopy(document, [trust], await world.identities.trustPolicyLimit()).document;
}

export async function restoreRole(
    world: World,
    identity: PlannedIdentity,
    memory: RoleMemory,
    migrationId: string,
): Promise<void> {
    if (identity.treatment === IdentityTreatment.Given) return;
    if (identity.treatment === IdentityTreatment.Cloned) {
        if (memory.existed === true) return;
        await tellPutOnCopy(world, identity, migrationId);
        await world.identities.deleteRole(identity.roleName, ownerTag(migrationId));
        return;
    }
    const role = await world.identities.readRole(identity.roleName);
    if (role === undefined) {
        world.log.warn(
            `undo identities: somebody deleted the IAM role ${identity.roleArn}, which Helm's release uses as ${identity.title}; it is not made again`,
        );
        return;
    }
    const former = trustWithoutOurs(role, identity, memory);
    if (former !== role.trustPolicy) await world.identities.setTrustPolicy(role.name, former);
    const policy = ourInlinePolicy(role, identity, memory);
    if (policy !== undefined) await world.identities.removeInlinePolicy(role.name, policy);
}

/** What others have put on a copy goes with it: whoever needs it must know. */
async function tellPutOnCopy(
    world: World,
    { roleName, source, bucketPolicy }: PlannedIdentity,
    migrationId: string,
): Promise<void> {
    const [copy, original] = await Promise.all([
        world.identities.readRole(roleName),
        world.identities.readRole(source ?? ""),
    ]);
    if (copy?.tags[MIGRATION_MARK] !== migrationId || original === undefined) return;
    const known = new Set([...policiesOf(original), bucketPolicy?.name]);
    const added = policiesOf(copy).filter((policy) => !known.has(policy));
    if (added.length === 0) return;
    world.log.warn(
        `undo identities: the role ${roleName} that the move made goes, and with it what somebody put on it: ${added.join(", ")}`,
    );
}

function policiesOf({ attachedPolicies, inlinePolicies }: Role): string[] {
    return [...attachedPolicies, ...Object.keys(inlinePolicies)];
}

/** Whether the role still shows what the move did to it. */
export async function hasTraceOfMove(
    world: World,
    identity: PlannedIdentity,
    memory: RoleMemory,
    migrationId: string,
): Promise<boolean> {
    if (identity.treatment === IdentityTreatment.Given) return false;
    const role = await world.identities.readRole(identity.roleName);
    if (role === undefined) return false;
    if (identity.treatment === IdentityTreatment.Cloned)
        return memory.existed !== true && role.tags[MIGRATION_MARK] === migrationId;
    return (
        trustWithoutOurs(role, identity, memory) !== role.trustPolicy ||
        ourInlinePolicy(role, identity, memory) !== undefined
    );
}

function trustWithoutOurs({ trustPolicy }: Role, { trust }: PlannedIdentity, memory: RoleMemory): string {
    if (trust === undefined || memory.trustPolicy === undefined) return trustPolicy;
    const ours = isTrusted(memory.trustPolicy, trust) ? [] : [trust.sid];
    return withoutTrust(trustPolicy, ours, memory.trustPolicy);
}

/** Name of the inline policy that the move put there. */
function ourInlinePolicy(
    { inlinePolicies }: Role,
    { bucketPolicy }: PlannedIdentity,
    memory: RoleMemory,
): string | undefined {
    if (bucketPolicy === undefined || memory.inlinePolicy !== undefined) return undefined;
    return sameDocument(inlinePolicies[bucketPolicy.name], bucketPolicy.document)
        ? bucketPolicy.name
        : undefined;
}

/** Whether the role is not what it was before the move: by the memory, so that it is the same when the step runs again. */
export function isChanged(
    { treatment, trust, bucketPolicy }: PlannedIdentity,
    memory: RoleMemory | undefined,
): boolean {
    if (treatment === IdentityTreatment.Given || memory === undefined) return false;
    if (treatment === IdentityTreatment.Cloned || memory.trustPolicy === undefined) return true;
    return (
        (trust !== undefined && !isTrusted(memory.trustPolicy, trust)) ||
        (bucketPolicy !== undefined && memory.inlinePolicy === undefined)
    );
}

/** IAM answers from several places; two looks in a row must show everything that was changed. */
export async function waitForRoles(world: World, changed: readonly PlannedIdentity[]): Promise<void> {
    if (changed.length === 0) return;
    let settled = 0;
    const look = async () => {
        const roles = await Promise.all(
            changed.map(async (identity) => ({
                identity,
                role: await world.identities.readRole(identity.roleName),
            })),
        );
        const late = roles.filter(({ identity, role }) => !isSettled(identity, role));
        settled = late.length === 0 ? settled + 1 : 0;
        return late.map(({ identity }) => identity.roleName);
    };
    const pace = { timeoutMs: IAM_PROPAGATION_MS, pauseMs: POLL_MS };
    const late = await poll(world.clock, pace, look, () => settled === 2);
    if (settled === 2) return;
    throw new MigrationError({
        code: ErrorCode.CallTimeout,
        step: "identities",
        what: `IAM does not show the changes of ${late.join(", ")} after ${IAM_PROPAGATION_MS / 1000} s`,
        remedy: "run `pulumi up` to look again, or `pulumi destroy` to go back",
    });
}

function isSettled({ trust, bucketPolicy }: PlannedIdentity, role: Role | undefined): boolean {
    if (role === undefined) return false;
    if (trust !== undefined && !isTrusted(role.trustPolicy, trust)) return false;
    return bucketPolicy === undefined || role.inlinePolicies[bucketPolicy.name] !== undefined;
}

function ownerTag(migrationId: string): { key: string; value: string } {
    return { key: MIGRATION_MARK, value: migrationId };
}

function gone(role: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.RoleNotUsable,
        step: "identities",
        what: `the IAM role ${role} is not there any more`,
        remedy: "give another one with the resource's property, then run `pulumi up`; or run `pulumi destroy` to go back",
    });
}
