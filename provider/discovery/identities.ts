// Looks at the IAM roles of the release and of the user's choice. Writes nothing.

import { parse } from "../../common/iam/document";
import type { ServiceAccountTrust } from "../../common/iam/trustPolicy";
import { UNKNOWN } from "../../common/unknownValue";
import { copyNames, dependsOnLimit, needsCopy, sidOf } from "../identities/identityNames";
import type { KubernetesObject, Release, Role, World } from "../ports/world";
import type { ProfileIdentity } from "../profiles/profile";
import { type Values, valueAt } from "../settings/mapSettings";
import type { ReleaseController } from "./controllers";

export interface IdentityRequest {
    readonly identities: readonly ProfileIdentity[];
    readonly release: Release;
    /** Effective values of the release. */
    readonly values: Values;
    /** Roles that the user gave, by the identity's key. */
    readonly given: Readonly<Record<string, string>>;
    readonly clusterArn: string;
    readonly oidcProviderArn: string | undefined;
    readonly live: ReadonlyMap<string, KubernetesObject>;
    readonly controllers: readonly ReleaseController[];
}

export interface FoundIdentity {
    readonly identity: ProfileIdentity;
    readonly given: boolean;
    /** ARN of the role; undefined when neither the user nor the release names one. */
    readonly roleArn: string | undefined;
    readonly role: Role | undefined;
    /** Why the role could not be read. */
    readonly problem?: string;
    readonly trust?: ServiceAccountTrust;
    /** Characters that this account allows in a trust policy; only asked where it matters. */
    readonly trustLimit?: number;
    /** First free name for a copy, when one is needed. */
    readonly copyName?: string;
}

const ROLE_ANNOTATION = "eks.amazonaws.com/role-arn";

export async function findIdentities(world: World, request: IdentityRequest): Promise<FoundIdentity[]> {
    return Promise.all(request.identities.map((identity) => findIdentity(world, request, identity)));
}

async function findIdentity(
    world: World,
    request: IdentityRequest,
    identity: ProfileIdentity,
): Promise<FoundIdentity> {
    const given = request.given[identity.key];
    const roleArn =
        given ?? (await annotatedRole(world, request, identity)) ?? roleInValues(request.values, identity);
    const trust =
        identity.serviceAccount === undefined || request.oidcProviderArn === undefined
            ? {}
            : {
                  trust: {
                      ...identity.serviceAccount,
                      oidcProviderArn: request.oidcProviderArn,
                      sid: sidOf(identity),
                  },
              };
    const found = { identity, given: given !== undefined, roleArn, role: undefined, ...trust };
    if (roleArn === undefined || roleArn === UNKNOWN) return found;
    const account = foreignAccount(roleArn, request.clusterArn);
    // A role of the same name here would be another role: it is not even looked at.
    if (account !== undefined)
        return { ...found, problem: `belongs to ${account}, and the cluster to ${request.clusterArn}` };
    let role: Role | undefined;
    try {
        role = await world.identities.readRole(roleArn);
    } catch (error) {
        return { ...found, problem: `cannot be read: ${(error as Error).message}` };
    }
    if (role === undefined) return { ...found, problem: "does not exist in this account" };
    if (isArn(roleArn) && role.arn !== roleArn)
        return { ...found, problem: `does not exist in this account, which has ${role.arn}` };
    const unreadable = unreadablePolicy(role);
    if (unreadable !== undefined) return { ...found, problem: unreadable };
    if (found.given) return { ...found, role };
    const trustLimit = dependsOnLimit(identity, role, found.trust)
        ? await world.identities.trustPolicyLimit()
        : undefined;
    const limit = trustLimit === undefined ? {} : { trustLimit };
    if (needsCopy(identity, role, found.trust, trustLimit) === undefined) return { ...found, ...limit, role };
    const copyName = await freeName(world, copyNames(request.clusterArn, role, identity));
    return { ...found, ...limit, role, ...(copyName === undefined ? {} : { copyName }) };
}

/** Nothing is concluded from a policy that cannot be read, and nothing is written over it. */
function unreadablePolicy({ trustPolicy, inlinePolicies }: Role): string | undefined {
    const documents = [["trust policy", trustPolicy], ...Object.entries(inlinePolicies)] as const;
    const bad = documents.filter(([, document]) => {
        try {
            parse(document);
            return false;
        } catch {
            return true;
        }
    });
    return bad.length === 0
        ? undefined
        : `has policies that cannot be read: ${bad.map(([name]) => name).join(", ")}`;
}

function isArn(text: string): boolean {
    return text.startsWith("arn:");
}

/** Account and partition of a role that are not the cluster's. */
function foreignAccount(roleArn: string, clusterArn: string): string | undefined {
    if (!isArn(roleArn)) return undefined;
    const [, partition, , , account] = roleArn.split(":");
    const [, homePartition, , , home] = clusterArn.split(":");
    if (partition !== homePartition) return `partition ${partition}`;
    return account === home ? undefined : `account ${account}`;
}

/** The account that the controller's pods run under says which role they really have. */
async function annotatedRole(
    world: World,
    request: IdentityRequest,
    identity: ProfileIdentity,
): Promise<string | undefined> {
    const controller = carrierOf(request, identity);
    const name = (controller?.spec as { template?: { spec?: { serviceAccountName?: string } } } | undefined)
        ?.template?.spec?.serviceAccountName;
    if (controller === undefined || name === undefined) return undefined;
    const { namespace } = controller.metadata;
    const account = await world.objects.read({
        apiVersion: "v1",
        kind: "ServiceAccount",
        name,
        ...(namespace ? { namespace } : {}),
    });
    return unquoted(account?.metadata.annotations?.[ROLE_ANNOTATION]);
}

function carrierOf(
    { live, controllers }: IdentityRequest,
    { carrier }: ProfileIdentity,
): KubernetesObject | undefined {
    if (carrier === undefined) return undefined;
    if ("component" in carrier)
        return controllers.find(({ component }) => component === carrier.component)?.workload;
    return [...live.values()].find(
        ({ kind, metadata }) =>
            (kind === "Deployment" || kind === "DaemonSet") && carrier.workload.test(metadata.name),
    );
}

function roleInValues(values: Values, { values: paths }: ProfileIdentity): string | undefined {
    return paths.map((path) => unquoted(valueAt(values, path))).find((arn) => arn !== undefined);
}

function unquoted(value: unknown): string | undefined {
    if (typeof value !== "string") return undefined;
    return value.trim().replace(/^(["'])(.*)\1$/, "$2") || undefined;
}

async function freeName(world: World, names: readonly string[]): Promise<string | undefined> {
    for (const name of names) {
        if ((await world.identities.readRole(name)) === undefined) return name;
    }
    return undefined;
}
