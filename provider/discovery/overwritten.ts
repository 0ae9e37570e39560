// Looks for what the add-on will write over although the release does not own it: the names are known from the profile. Writes nothing.
import { isAppliedByEks } from "../kubernetes/appliedByEks";
import { isOfRelease } from "../kubernetes/helmMarks";
import { keyOf, refTo } from "../kubernetes/objectRef";
import { readMany } from "../kubernetes/readMany";
import type { KubernetesObject, Release, World } from "../ports/world";
import type { Profile } from "../profiles/profile";

/** What an add-on has made already is its own. */
export async function findOverwritten(
    world: World,
    { appliedByAddon = [] }: Profile,
    release: Release,
): Promise<KubernetesObject[]> {
    const ofRelease = new Set(release.objects.map((object) => keyOf(refTo(object))));
    const found = await readMany(
        world,
        appliedByAddon.filter((ref) => !ofRelease.has(keyOf(ref))),
    );
    return [...found.values()].filter((object) => !isAppliedByEks(object) && !isOfRelease(object, release));
}
