// A backup comes in; objects and rights in it that neither the release, the add-on nor the cluster as it is accounts for go out. Writes nothing.
import { isDeepStrictEqual } from "node:util";
import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import { groupOf } from "../../kubernetes/customResourceDefinitions";
import { isOfRelease } from "../../kubernetes/helmMarks";
import { sameContent } from "../../kubernetes/objectContent";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { isPowerful, isRole, rightsBeyond } from "../../kubernetes/rbacRules";
import { readMany } from "../../kubernetes/readMany";
import type { Plan } from "../../plan/plan";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import type { Backup } from "./backup";
import type { Ownable } from "./ownable";

interface Binding {
    readonly roleRef?: unknown;
    readonly subjects?: readonly { readonly kind?: string; readonly namespace?: string }[];
}

/** What an undo may write: what is live so, what Helm's own record holds, and what the profile knows. */
export async function objectsBeyond(
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
