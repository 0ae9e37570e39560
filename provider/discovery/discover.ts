// Looks at the cluster and at AWS. Writes nothing; a second look costs nothing unless something is asked for that was not read before.

import { inOneLook } from "../kubernetes/cachedReads";
import {
    groupOf,
    kindOf,
    pluralOf,
    storageVersionOf,
    versionsOf,
} from "../kubernetes/customResourceDefinitions";
import { customResourcesOf, definitions } from "../kubernetes/customResources";
import { keyOf, refTo } from "../kubernetes/objectRef";
import { readMany } from "../kubernetes/readMany";
import type { CustomResourceKind, PlannedController } from "../plan/plan";
import type { Addon, AddonVersion, KubernetesObject, Release, World } from "../ports/world";
import type { DependencyProfile } from "../profiles/dependencies";
import type { Profile, ProfileIdentity } from "../profiles/profile";
import { type Values, valueAt } from "../settings/mapSettings";
import { effectiveValues } from "../settings/releaseValues";
import { findAddonControllers } from "./addonControllers";
import { type FoundOwned, findOwned } from "./awsResourcesOfModels";
import { controllersOf, type ReleaseController } from "./controllers";
import { type FoundDependency, findDependencies } from "./dependencies";
import { type FoundForHandover, findForHandover } from "./handover";
import { findHiddenRelease, type HiddenRelease } from "./hiddenRelease";
import { type FoundIdentity, findIdentities } from "./identities";
import { findOverwritten } from "./overwritten";
import { findPreflight, type Preflight } from "./preflight";
import { findReleases } from "./releases";
import { findRivals, type Rival, workloadsOf } from "./rivals";

export interface ClusterIdentity {
    readonly name: string;
    readonly region: string;
    readonly arn: string;
    readonly kubernetesVersion: string;
    readonly partition: string;
    readonly accountId: string;
    /** Without `https://`. */
    readonly oidcIssuer: string;
}

export interface DiscoveryRequest {
    readonly releaseName?: string;
    readonly releaseNamespace?: string;
    /** Settings that the user gave; roles among them are looked at instead of those of the release. */
    readonly configuration: Values;
    /** Roles that the user gave for dependencies, by the identity's key. */
    readonly dependencyRoles: Readonly<Record<string, string>>;
}

export interface Discovery {
    readonly cluster: ClusterIdentity;
    readonly releases: readonly Release[];
    /** Where the user named a release that does not hold the chart: that one, and those that do. */
    readonly misnamed: { readonly unrelated: readonly Release[]; readonly others: readonly Release[] };
    /** The installation whose records are not where they are looked for, when no release was found. */
    readonly hiddenRelease?: HiddenRelease;
    /** Live form of the objects of the release, by key; absent when there is not exactly one release. */
    readonly live: ReadonlyMap<string, KubernetesObject>;
    readonly addon: Addon | undefined;
    /** Controllers that the add-on has brought already and that are to run. */
    readonly addonControllers: readonly PlannedController[];
    /** The release's own, as they run. */
    readonly controllers: readonly ReleaseController[];
    /** Controllers of others that act on the same resources. */
    readonly rivals: readonly Rival[];
    readonly versions: readonly AddonVersion[];
    readonly definitions: readonly KubernetesObject[];
    readonly customResourceKinds: readonly CustomResourceKind[];
    readonly customResources: readonly KubernetesObject[];
    readonly oidcProviderArn: string | undefined;
    readonly identities: readonly FoundIdentity[];
    readonly owned: FoundOwned;
    readonly dependencies: readonly FoundDependency[];
    readonly preflight: Preflight;
    /** Objects that the release does not own and that the add-on will write over. */
    readonly overwritten: readonly KubernetesObject[];
    readonly handover: FoundForHandover;
}

const NOTHING_OWNED: FoundOwned = { resources: [], notes: [], unreadable: [], asked: [], buckets: [] };

export async function discover(
    outside: World,
    profile: Profile,
    dependencies: readonly DependencyProfile[],
    cluster: ClusterIdentity,
    request: DiscoveryRequest,
): Promise<Discovery> {
    const world = inOneLook(outside);
    const workloads = workloadsOf(world);
    const [{ releases, ...misnamed }, addon, versions, crds, oidcProviderArn, addonControllers] =
        await Promise.all([
            findReleases(
                world,
                profile,
                {
                    ...(request.releaseName ? { name: request.releaseName } : {}),
                    ...(request.releaseNamespace ? { namespace: request.releaseNamespace } : {}),
                },
                workloads,
            ),
            world.addons.describe(profile.addonName),
            world.addons.versions(profile.addonName),
            definitions(world, profile),
            world.identities.oidcProviderArn(cluster.oidcIssuer),
            findAddonControllers(world, profile),
            workloads,
        ]);
    const models = crds.filter((crd) => profile.customResourceGroups.includes(groupOf(crd)));
    const [release] = releases.length === 1 ? releases : [];
    const [live, customResources, hiddenRelease] = await Promise.all([
        release === undefined ? new Map<string, KubernetesObject>() : readLive(world, release, crds),
        customResourcesOf(world, models),
        releases.length === 0 && misnamed.others.length === 0 && misnamed.unrelated.length === 0
            ? findHiddenRelease(world, profile)
            : undefined,
    ]);
    const controllers = release === undefined ? [] : controllersOf(release, live, profile);
    const looks = {
        profile,
        dependencies,
        cluster,
        request,
        release,
        live,
        controllers,
        oidcProviderArn,
        customResources,
    };
    const [identities, owned, foundDependencies, preflight, rivals, handover, overwritten] =
        await Promise.all([
            lookAtIdentities(world, looks),
            profile.ownership === undefined
                ? NOTHING_OWNED
                : findOwned(world, profile.ownership, cluster, customResources),
            findDependencies(world, { dependencies, release, live }),
            findPreflight(world, {
                profile,
                release,
                controllers: controllers.map(({ workload }) => workload),
                customResourceDefinitions: crds,
            }),
            release === undefined
                ? []
                : findRivals(
                      world,
                      profile,
                      controllers.map(({ workload }) => refTo(workload)),
                      crds,
                      workloads,
                  ),
            findForHandover(world, profile, controllers),
            release === undefined ? [] : findOverwritten(world, profile, release),
        ]);
    return {
        cluster: identityOf(cluster),
        releases,
        misnamed,
        ...(hiddenRelease === undefined ? {} : { hiddenRelease }),
        live,
        addon,
        addonControllers,
        controllers,
        rivals,
        overwritten,
        versions,
        definitions: crds,
        customResourceKinds: models.map((crd) => kindFacts(crd, customResources)),
        customResources,
        oidcProviderArn,
        identities,
        owned,
        dependencies: foundDependencies,
        preflight,
        handover,
    };
}

/** Without endpoint and certificates, which say how to reach a cluster and not which one it is. */
function identityOf({
    name,
    region,
    arn,
    kubernetesVersion,
    partition,
    accountId,
    oidcIssuer,
}: ClusterIdentity): ClusterIdentity {
    return { name, region, arn, kubernetesVersion, partition, accountId, oidcIssuer };
}

interface Looks {
    readonly profile: Profile;
    readonly dependencies: readonly DependencyProfile[];
    readonly cluster: ClusterIdentity;
    readonly request: DiscoveryRequest;
    readonly release: Release | undefined;
    readonly live: ReadonlyMap<string, KubernetesObject>;
    readonly controllers: readonly ReleaseController[];
    readonly oidcProviderArn: string | undefined;
}

async function lookAtIdentities(world: World, looks: Looks): Promise<FoundIdentity[]> {
    const { profile, dependencies, cluster, request, release, live, controllers, oidcProviderArn } = looks;
    if (release === undefined) return [];
    const identities = [
        ...(profile.identities ?? []),
        ...dependencies.flatMap(({ identity }) => identity ?? []),
    ];
    const given = Object.fromEntries(
        identities.flatMap((identity) => {
            const roleArn = givenRole(identity, request);
            return roleArn === undefined ? [] : [[identity.key, roleArn] as const];
        }),
    );
    const values = effectiveValues(release, profile.chart);
    return findIdentities(world, {
        identities,
        release,
        values,
        given,
        clusterArn: cluster.arn,
        oidcProviderArn,
        live,
        controllers,
    });
}

function givenRole(
    { key, setting }: ProfileIdentity,
    { configuration, dependencyRoles }: DiscoveryRequest,
): string | undefined {
    const role = setting === undefined ? dependencyRoles[key] : valueAt(configuration, setting);
    return typeof role === "string" && role !== "" ? role : undefined;
}

async function readLive(
    world: World,
    release: Release,
    crds: readonly KubernetesObject[],
): Promise<Map<string, KubernetesObject>> {
    const known = new Map(crds.map((crd) => [keyOf(refTo(crd)), crd]));
    const refs = release.objects.map(refTo);
    const live = await readMany(
        world,
        refs.filter((ref) => !known.has(keyOf(ref))),
    );
    return new Map(
        refs.flatMap((ref) => {
            const object = known.get(keyOf(ref)) ?? live.get(keyOf(ref));
            return object === undefined ? [] : [[keyOf(ref), object] as const];
        }),
    );
}

function kindFacts(crd: KubernetesObject, customResources: readonly KubernetesObject[]): CustomResourceKind {
    const kind = kindOf(crd);
    return {
        crd: crd.metadata.name,
        group: groupOf(crd),
        kind,
        plural: pluralOf(crd),
        storageVersion: storageVersionOf(crd),
        servedVersions: versionsOf(crd)
            .filter(({ served }) => served)
            .map(({ name }) => name),
        count: customResources.filter((resource) => resource.kind === kind).length,
    };
}
