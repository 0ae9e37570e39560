// An authentic journal and the world in; every reason why what it remembers is not this release's, this add-on's or this cluster's goes out. Whoever holds the stack's key gets no more from it than the release and the profile have. Writes nothing.
import { isDeepStrictEqual } from "node:util";
import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import { isOfRelease } from "../../kubernetes/helmMarks";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import type { Plan } from "../../plan/plan";
import type { KubernetesObject, ObjectRef, Release, World } from "../../ports/world";
import type { DependencyProfile } from "../../profiles/dependencies";
import type { Backup } from "./backup";
import { bridgesBeyond } from "./bridgesWithin";
import { objectsBeyond } from "./objectsWithin";
import type { Ownable } from "./ownable";
import { rolesBeyond, unnamedRoles } from "./rolesWithin";

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
