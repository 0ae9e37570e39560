// Looks at the dependencies: whether they run, who brought them, which add-on could take over. Writes nothing.
import { dependencyAddonVersion } from "../addons/dependencyVersions";
import { isOfRelease, MANAGED_BY, RELEASE_NAME, RELEASE_NAMESPACE } from "../kubernetes/helmMarks";
import type { Addon, ClusterRight, KubernetesObject, ObjectRef, Release, World } from "../ports/world";
import type { DependencyProfile } from "../profiles/dependencies";
import { missingForHandover, serviceOfAddon } from "./handover";

export interface FoundDependency {
    readonly profile: DependencyProfile;
    readonly addon: Addon | undefined;
    /** Whether the cluster has it at all. */
    readonly present: boolean;
    /** Who brought it, for people, when that can be told. */
    readonly owner: string | undefined;
    /** Objects of the release that belong to it. */
    readonly ofRelease: readonly KubernetesObject[];
    /** Whether its workloads carry the release's own mark. */
    readonly runsFromRelease: boolean;
    /** Version that runs, from the labels of its workloads. */
    readonly runningVersion: string | undefined;
    /** What EKS offers, when the dependency may become an add-on. */
    readonly available: readonly string[];
    readonly schema: Record<string, unknown> | undefined;
    /** Of one that answers an aggregated API, and may become an add-on. */
    readonly asked?: FoundAsked;
}

export interface FoundAsked {
    /** As it is now. */
    readonly apiService: KubernetesObject | undefined;
    /** The add-on's Service. */
    readonly to: ObjectRef;
    /** It is there already. */
    readonly isTaken: boolean;
    /** What this principal may not, and would have to, to lead requests over. */
    readonly missingRights: readonly ClusterRight[];
}

export interface DependencyRequest {
    readonly dependencies: readonly DependencyProfile[];
    readonly release: Release | undefined;
    readonly live: ReadonlyMap<string, KubernetesObject>;
}

export async function findDependencies(world: World, request: DependencyRequest): Promise<FoundDependency[]> {
    const { release } = request;
    if (release === undefined) return [];
    return Promise.all(
        request.dependencies.map((profile) => findDependency(world, profile, release, request.live)),
    );
}

async function findDependency(
    world: World,
    profile: DependencyProfile,
    release: Release,
    live: ReadonlyMap<string, KubernetesObject>,
): Promise<FoundDependency> {
    const ofRelease = release.objects.filter((object, index) =>
        profile.owns(object, release.sources?.[index]),
    );
    const [addon, presence] = await Promise.all([
        world.addons.describe(profile.addonName),
        world.objects.read(profile.presence),
    ]);
    const workloads = [...live.values()].filter(
        (object) =>
            (object.kind === "Deployment" || object.kind === "DaemonSet") &&
            ofRelease.some(
                ({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name,
            ),
    );
    const runsFromRelease =
        workloads.length > 0 && workloads.every((workload) => isOfRelease(workload, release));
    const runningVersion = workloads
        .map(({ metadata }) => metadata.labels?.["app.kubernetes.io/version"])
        .find((version) => version !== undefined);
    const found = {
        profile,
        addon,
        present: presence !== undefined,
        owner: presence && ownerOf(presence),
        ofRelease,
        runsFromRelease,
        runningVersion,
    };
    if (addon !== undefined || (found.present && !runsFromRelease))
        return { ...found, available: [], schema: undefined };
    const running = runsFromRelease ? runningVersion : undefined;
    const [offered, asked] = await Promise.all([
        findOffered(world, profile, running, !runsFromRelease),
        findAsked(world, profile),
    ]);
    return { ...found, ...offered, ...(asked === undefined ? {} : { asked }) };
}

/** What EKS has, and the schema of the version that would be taken. */
async function findOffered(
    world: World,
    profile: DependencyProfile,
    running: string | undefined,
    isNew: boolean,
): Promise<Pick<FoundDependency, "available" | "schema">> {
    const available = (await world.addons.versions(profile.addonName)).map(({ version }) => version);
    const version = dependencyAddonVersion(profile, available, running, isNew);
    if (version === undefined) return { available, schema: undefined };
    return { available, schema: await world.addons.configurationSchema(profile.addonName, version) };
}

async function findAsked(
    world: World,
    { asked, addonNamespace: namespace }: DependencyProfile,
): Promise<FoundAsked | undefined> {
    if (asked === undefined) return undefined;
    const api = { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", name: asked.apiService };
    const to = serviceOfAddon(namespace, asked.service);
    const [apiService, there, missingRights] = await Promise.all([
        world.objects.read(api),
        world.objects.read(to),
        missingForHandover(world, namespace),
    ]);
    return { apiService, to, isTaken: there !== undefined, missingRights };
}

function ownerOf({ metadata }: KubernetesObject): string | undefined {
    const release = metadata.annotations?.[RELEASE_NAME];
    if (release !== undefined) return `Helm release ${metadata.annotations?.[RELEASE_NAMESPACE]}/${release}`;
    return metadata.labels?.[MANAGED_BY];
}
