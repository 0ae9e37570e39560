// Which objects an add-on has made before the move, whether it is still there or only they are: applied by EKS, and in its namespace, of its name, or pointing there. Writes nothing.

import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import { keyOf } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import type { KubernetesObject, World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import { madeByAddon } from "./ownership";

/** Since the beginning of time. */
const EVER = "";

export async function objectsOfExistingAddon(world: World, profile: Profile): Promise<KubernetesObject[]> {
    if (!(await hasTraces(world, profile))) return [];
    const { own } = await madeByAddon(world, profile, EVER);
    const found = await readMany(world, own);
    return own.flatMap((ref) => found.get(keyOf(ref)) ?? []);
}

/** A quick look, which is all that most clusters need. */
async function hasTraces(world: World, { addonNamespace: namespace }: Profile): Promise<boolean> {
    const lists = await Promise.all([
        world.objects.list("v1", "ServiceAccount", { namespace, metadataOnly: true }),
        world.objects.list("apps/v1", "Deployment", { namespace, metadataOnly: true }),
    ]);
    return lists.flat().some(isAppliedByEks);
}
