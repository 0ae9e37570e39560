// An authentic journal and the world in; every reason why what it remembers is not this release's, this add-on's or this cluster's goes out. Whoever holds the stack's key gets no more from it than the release and the profile have. Writes nothing.

import { isDeepStrictEqual } from "node:util";
import { BUCKET_NAME } from "../../../common/bucketName";
import { parse, statementsOf } from "../../../common/iam/document";
import { listOf } from "../../../common/iam/policyMatch";
import { compactTlsBucketPolicy, tlsBucketPolicy } from "../../../common/iam/tlsBucketPolicy";
import { bucketPolicy, sameDocument } from "../../identities/bucketPolicy";
import { sidOf } from "../../identities/identityNames";
import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import { groupOf } from "../../kubernetes/customResourceDefinitions";
import { isOfRelease } from "../../kubernetes/helmMarks";
import { isPowerful, isRole, rightsBeyond } from "../../kubernetes/rbacRules";
import { readMany } from "../../kubernetes/readMany";
import { keyOf, refTo, sameContent } from "../../kubernetes/restore";
import {
    type AdmissionComponent,
    type HandingOver,
    handingOver,
    isConverting,
    isShared,
    type SharedComponent,
    servicesOf,
    together,
} from "../../plan/bridged";
import { IdentityTreatment, type Plan, type PlannedIdentity } from "../../plan/plan";
import type { KubernetesObject, ObjectRef, Release, World } from "../../ports/world";
import type { DependencyProfile } from "../../profiles/dependencies";
import type { Profile, ProfileIdentity } from "../../profiles/profile";
import type { Backup } from "./backup";

/** What a move can own, whatever its journal says. */
export interface Ownable {
    /** The moved add-on first, then its dependencies. */
    readonly profiles: readonly Profile[];
    readonly identities: readonly ProfileIdentity[];
    readonly cluster: { readonly arn: string; readonly oidcIssuer: string };
}

/** What a journal remembers of the steps that act on somebody's things. */
export interface JournaledActs {
    readonly plan: Plan;
    readonly backup: Backup | undefined;
    /** Workloads that were stopped. */
    readonly stopped: readonly ObjectRef[];
    /** Whether roles are still to get what the plan says. */
    readonly grants: boolean;
}

export async function beyondReach(
    world: World,
    remembered: JournaledActs,
    reach: Ownable,
): Promise<string[]> {
    const { plan, backup, stopped, grants } = remembered;
    const release = await releaseOf(world, plan, reach);
    const rendered =
        release && new Map(release.objects.map((object) => [keyOf(refTo(object)), object] as const));
    const [sources, workloads, objects] = await Promise.all([
        grants && release !== undefined ? unnamedRoles(world, plan, release, reach) : [],
        workloadsBeyond(world, plan, stopped, rendered),
        backup === undefined ? [] : objectsBeyond(world, plan, backup, rendered, reach),
    ]);
    return [
        ...bridgesBeyond(plan, reach, rendered),
        ...dependencyBridgesBeyond(plan, reach, rendered),
        ...addonsBeyond(plan, reach),
        ...rolesBeyond(plan, reach),
        ...sources,
        ...workloads,
        ...objects,
    ];
}

/** Requests are led from a Service of the release to the add-on's, under a certificate of the release, for the models' CRDs and the release's webhooks. */
function bridgesBeyond(
    plan: Plan,
    { profiles: [profile] }: Ownable,
    rendered: ReadonlyMap<string, KubernetesObject> | undefined,
): string[] {
    const known = new Set(plan.controllers.map(({ workload }) => keyOf(workload)));
    const isOwn = (ref: ObjectRef) => rendered === undefined || rendered.has(keyOf(ref));
    const groups = profile?.customResourceGroups ?? [];
    return handingOver(plan).flatMap((one) => {
        const { component } = one;
        const services = (profile?.controllers ?? [])
            .filter((known) => [known.component, known.handover?.signedBy].includes(component))
            .map(({ handover }) => handover?.service);
        const isAddons = ({ kind, namespace, name }: ObjectRef) =>
            kind === "Service" && namespace === profile?.addonNamespace && services.includes(name);
        const pairs = servicesOf(one);
        return [
            ...[...pairs.map(({ from }) => from), ...askingOf(one)].filter((ref) => !isOwn(ref)).map(keyOf),
            ...together(plan, one)
                .map(({ workload }) => keyOf(workload))
                .filter((key) => !known.has(key)),
            ...pairs.flatMap(({ to }) => (isAddons(to) ? [] : [keyOf(to)])),
            ...(isConverting(one)
                ? one.bridge.crds.filter((crd) => !groups.some((group) => crd.endsWith(`.${group}`)))
                : leasesBeyond(one, profile)),
        ];
    });
}

function dependencyBridgesBeyond(
    { dependencies }: Plan,
    { profiles }: Ownable,
    rendered: ReadonlyMap<string, KubernetesObject> | undefined,
): string[] {
    return dependencies.flatMap(({ addonName, bridge }) => {
        if (bridge === undefined) return [];
        const { from, to } = bridge;
        const known = profiles.find((profile) => profile.addonName === addonName) as
            | Partial<DependencyProfile>
            | undefined;
        const isAddons =
            to.kind === "Service" &&
            to.namespace === known?.addonNamespace &&
            to.name === known?.asked?.service;
        const isOwn = rendered === undefined || rendered.has(keyOf(from));
        return [...(isOwn ? [] : [keyOf(from)]), ...(isAddons ? [] : [keyOf(to)])];
    });
}

/** What is written besides Services, Leases and Secrets, and has to be the release's. */
function askingOf(one: HandingOver): readonly ObjectRef[] {
    if (isConverting(one)) return [one.bridge.certificate];
    return isShared(one) ? one.shared.references : one.admission.configurations;
}

/** Secret and Lease are where Helm's pods run; the other ones have the same names in the add-on's namespace. */
function leasesBeyond(one: AdmissionComponent | SharedComponent, profile: Profile | undefined): string[] {
    const { namespace } = one.workload;
    const { secret, lease, nextLease } = isShared(one) ? one.shared : one.admission;
    const isLease = ({ apiVersion, kind }: ObjectRef) =>
        apiVersion === "coordination.k8s.io/v1" && kind === "Lease";
    const isFine =
        isLease(lease) &&
        isLease(nextLease) &&
        lease.namespace === namespace &&
        nextLease.namespace === profile?.addonNamespace &&
        nextLease.name === lease.name;
    const isSecret = secret.kind === "Secret" && secret.namespace === namespace;
    const next = isShared(one) ? [one.shared.nextSecret] : [];
    const strays = next.filter(
        ({ kind, name, ...ref }) =>
            kind !== "Secret" || name !== secret.name || ref.namespace !== profile?.addonNamespace,
    );
    return [
        ...(isFine ? [] : [keyOf(lease), keyOf(nextLease)]),
        ...(isSecret ? [] : [keyOf(secret)]),
        ...strays.map(keyOf),
    ];
}

/** A role that gets trust, or is copied with all that it may do, is one that the release or an account of it names. */
async function unnamedRoles(
    world: World,
    plan: Plan,
    { values, chartDefaults, objects }: Release,
    { profiles }: Ownable,
): Promise<string[]> {
    const places = [plan.release.namespace, ...profiles.map(({ addonNamespace }) => addonNamespace)];
    const accounts = await Promise.all(
        [...new Set(places)].map((namespace) => world.objects.list("v1", "ServiceAccount", { namespace })),
    );
    const named = JSON.stringify([values, chartDefaults, objects, accounts]);
    return plan.identities
        .filter(({ treatment }) => treatment !== IdentityTreatment.Given)
        .map(({ source, roleArn }) => source ?? roleArn)
        .filter((arn) => !named.includes(`${arn}"`) && !named.includes(`"${arn.split("/").pop()}"`))
        .map((arn) => `the role ${arn}, which the release names nowhere`);
}

async function workloadsBeyond(
    world: World,
    plan: Plan,
    stopped: readonly ObjectRef[],
    rendered: ReadonlyMap<string, KubernetesObject> | undefined,
): Promise<string[]> {
    const refs = [...plan.controllers.map(({ workload }) => workload), ...stopped];
    const unknown = refs.filter((ref) => rendered?.has(keyOf(ref)) !== true);
    const live = await readMany(world, unknown);
    const foreign = unknown.filter((ref) => {
        const now = live.get(keyOf(ref));
        return now !== undefined && !isOfRelease(now, plan.release) && !isAppliedByEks(now);
    });
    return [...new Set(foreign.map(keyOf))];
}

function addonsBeyond({ addon, dependencies, tags }: Plan, { profiles }: Ownable): string[] {
    const [own] = profiles;
    const known = new Set(profiles.map(({ addonName }) => addonName));
    const foreign = dependencies.filter(({ addonName }) => !known.has(addonName));
    const tag = own?.ownership?.tag;
    return [
        ...(addon.name === own?.addonName && addon.namespace === own.addonNamespace
            ? []
            : [`the add-on ${addon.name} in namespace ${addon.namespace}`]),
        ...foreign.map(({ addonName }) => `the add-on ${addonName}`),
        ...(tag === undefined || isDeepStrictEqual(tags.tag, tag)
            ? []
            : [`the tag ${tags.tag.key}=${tags.tag.value}`]),
    ];
}

/** Trust and policies are what the profile and this cluster make of them; a journal only says of which role. */
function rolesBeyond(plan: Plan, reach: Ownable): string[] {
    const [, partition = "", , , accountId = ""] = reach.cluster.arn.split(":");
    const issuer = reach.cluster.oidcIssuer.replace(/^https:\/\//, "");
    const oidcProviderArn = `arn:${partition}:iam::${accountId}:oidc-provider/${issuer}`;
    const home = `arn:${partition}:iam::${accountId}:role/`;
    return plan.identities
        .filter(({ treatment }) => treatment !== IdentityTreatment.Given)
        .flatMap((planned) => {
            const identity = reach.identities.find(({ key }) => key === planned.key);
            const { roleArn, source, trust, title } = planned;
            const account = identity?.serviceAccount;
            const wanted = identity && account && { ...account, oidcProviderArn, sid: sidOf(identity) };
            return [
                ...(identity === undefined ? [`an identity ${planned.key}`] : []),
                ...[roleArn, source]
                    .filter((arn) => arn !== undefined && !arn.startsWith(home))
                    .map((arn) => `the role ${arn}, which is not of this account`),
                ...(roleArn.endsWith(`/${planned.roleName}`) ? [] : [`the role ${planned.roleName}`]),
                ...(trust === undefined || isDeepStrictEqual({ ...trust }, wanted)
                    ? []
                    : [`trust of ${title} in ${trust.namespace}/${trust.name} (${trust.oidcProviderArn})`]),
                ...(isBucketPolicy(planned, { partition, accountId })
                    ? []
                    : [`the inline policy ${planned.bucketPolicy?.name} for ${title}`]),
            ];
        });
}

/** Only the document that the package itself makes for the buckets that it names, each of them a bucket's name. */
function isBucketPolicy(
    { bucketPolicy: planned }: PlannedIdentity,
    account: { partition: string; accountId: string },
): boolean {
    if (planned === undefined) return true;
    const start = `arn:${account.partition}:s3:::`;
    const resources = statementsOf(parse(planned.document)).flatMap(({ Resource }) => listOf(Resource));
    const buckets = [...new Set(resources)].map((arn) =>
        arn.startsWith(start) && arn.endsWith("/*") ? arn.slice(start.length, -2) : "*",
    );
    const objects = buckets.sort().map((bucket) => `${start}${bucket}/*`);
    const forms = [tlsBucketPolicy, compactTlsBucketPolicy].map((form) =>
        JSON.stringify(form(objects, account.accountId)),
    );
    return (
        buckets.every((bucket) => BUCKET_NAME.test(bucket)) &&
        planned.name === bucketPolicy(buckets, account).name &&
        forms.some((form) => sameDocument(form, planned.document))
    );
}

interface Binding {
    readonly roleRef?: unknown;
    readonly subjects?: readonly { readonly kind?: string; readonly namespace?: string }[];
}

/** What an undo may write: what is live so, what Helm's own record holds, and what the profile knows. */
async function objectsBeyond(
    world: World,
    plan: Plan,
    backup: Backup,
    rendered: ReadonlyMap<string, KubernetesObject> | undefined,
    reach: Ownable,
): Promise<string[]> {
    const live = await readMany(world, backup.objects.map(refTo));
    const changed = backup.objects.filter((object) => {
        const now = live.get(keyOf(refTo(object)));
        return now === undefined || !sameContent(now, object);
    });
    if (changed.length === 0) return [];
    const isOwned = (object: KubernetesObject) => {
        const now = live.get(keyOf(refTo(object)));
        return (
            rendered === undefined ||
            rendered.has(keyOf(refTo(object))) ||
            (now !== undefined && (isOfRelease(now, plan.release) || isAppliedByEks(now))) ||
            reach.profiles.some((profile) => isOfProfile(object, profile, plan))
        );
    };
    const histories = new Set(changed.filter(({ kind }) => kind === "ReplicaSet"));
    const foreign = changed.filter((object) => !histories.has(object) && !isOwned(object));
    const bindings = changed.filter(
        (object) =>
            /^(Cluster)?RoleBinding$/.test(object.kind) &&
            !isBoundAlready(object, live.get(keyOf(refTo(object))), rendered, reach, plan.release.namespace),
    );
    const roles = changed.flatMap((object) => {
        const rights = roleBeyond(object, live.get(keyOf(refTo(object))), rendered);
        return rights.length === 0 ? [] : [`${keyOf(refTo(object))} with ${rights.join(", ")}`];
    });
    const owners = new Set(
        backup.objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`),
    );
    const strays = [...histories].filter(({ metadata }) =>
        (metadata.ownerReferences ?? []).every(
            ({ kind, name }) => !owners.has(`${kind} ${metadata.namespace}/${name}`),
        ),
    );
    return [...new Set([...foreign, ...bindings, ...strays].map((object) => keyOf(refTo(object)))), ...roles];
}

/** What Helm keeps of it, also when a move has hidden it from Helm; undefined when its records are gone. */
async function releaseOf(
    world: World,
    { release }: Plan,
    { profiles: [profile] }: Ownable,
): Promise<Release | undefined> {
    const [found] = await world.releases.find(profile?.chart ?? "", {
        name: release.name,
        namespace: release.namespace,
        hiddenToo: true,
    });
    return found;
}

function isOfProfile(object: KubernetesObject, profile: Profile, { release }: Plan): boolean {
    const { name, namespace } = object.metadata;
    const known: readonly ObjectRef[] = [
        ...profile.runtimeObjects(release.namespace),
        ...profile.sharedWithoutTrace,
        ...(profile.appliedByAddon ?? []),
    ];
    if (object.kind === "CustomResourceDefinition")
        return [...profile.customResourceGroups, ...profile.otherCustomResourceGroups].includes(
            groupOf(object),
        );
    return (
        known.some((ref) => keyOf(ref) === keyOf(refTo(object))) ||
        name === profile.addonName ||
        name.startsWith(profile.addonPrefix ?? `${profile.addonName}-`) ||
        profile.addonNames?.test(name) === true ||
        (namespace === profile.addonNamespace && namespace !== "kube-system")
    );
}

/** Rights go to whom they have live, or to whom Helm gave them; where neither tells, to accounts of the namespaces of add-ons and release. */
function isBoundAlready(
    binding: KubernetesObject,
    live: KubernetesObject | undefined,
    rendered: ReadonlyMap<string, KubernetesObject> | undefined,
    { profiles }: Ownable,
    /** The release's own namespace. */
    home: string,
): boolean {
    const { roleRef, subjects = [] } = binding as Binding;
    const helms = rendered?.get(keyOf(refTo(binding)));
    const places = new Set([...profiles.map(({ addonNamespace }) => addonNamespace), home]);
    return (
        [live, helms].some((object) => {
            if (object === undefined) return false;
            const there = object as Binding;
            return isDeepStrictEqual(
                [withGroups(there.subjects ?? []), roleOf(there.roleRef)],
                [withGroups(subjects), roleOf(roleRef)],
            );
        }) ||
        (helms === undefined &&
            subjects.every(({ kind, namespace = "" }) => kind === "ServiceAccount" && places.has(namespace)))
    );
}

/** Rules that somebody changed by hand come back; what gives everything is had live, or from Helm, or not from a memory. */
function roleBeyond(
    role: KubernetesObject,
    live: KubernetesObject | undefined,
    rendered: ReadonlyMap<string, KubernetesObject> | undefined,
): string[] {
    // Without Helm's record nothing says what the release's roles were.
    if (!isRole(role) || rendered === undefined) return [];
    const known = [live, rendered.get(keyOf(refTo(role)))].filter((object) => object !== undefined);
    const isAggregated =
        "aggregationRule" in role &&
        !known.some((object) => isDeepStrictEqual(object.aggregationRule, role.aggregationRule));
    return [...rightsBeyond(role, known, isPowerful), ...(isAggregated ? ["an aggregationRule"] : [])];
}

/** A manifest may leave out what the API server fills in. */
function withGroups(subjects: readonly object[]): object[] {
    return subjects.map((subject) => ({ ...subject, apiGroup: undefined }));
}

function roleOf(roleRef: unknown): unknown {
    const { kind, name } = (roleRef ?? {}) as { kind?: string; name?: string };
    return [kind, name];
}
