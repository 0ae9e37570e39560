// Which objects an add-on has made before the move, whether it is still there or only they are: applied by EKS, and in its namespace, of its name, or pointing there. Writes nothing.

import { isAppliedByEks, madeByEks } from "../../kubernetes/appliedByEks";
import { readMany } from "../../kubernetes/readMany";
import { keyOf, refTo } from "../../kubernetes/restore";
import type { KubernetesObject, World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";

/** Since the beginning of time. */
const EVER = "";

export async function objectsOfExistingAddon(world: World, profile: Profile): Promise<KubernetesObject[]> {
    if (!(await hasTraces(world, profile))) return [];
    // Other add-ons' objects have the same manager, so that alone says nothing.
    const refs = await madeByEks(world, EVER);
    const found = await readMany(world, refs);
    const objects = refs.flatMap((ref) => found.get(keyOf(ref)) ?? []);
    const own = objects.filter((object) => isOwn(object, profile));
    const bound = new Set(own.flatMap(boundRole));
    return objects.filter((object) => own.includes(object) || bound.has(keyOf(refTo(object))));
}

/** A quick look, which is all that most clusters need. */
async function hasTraces(world: World, { addonNamespace: namespace }: Profile): Promise<boolean> {
    const lists = await Promise.all([
        world.objects.list("v1", "ServiceAccount", { namespace, metadataOnly: true }),
        world.objects.list("apps/v1", "Deployment", { namespace, metadataOnly: true }),
    ]);
    return lists.flat().some(isAppliedByEks);
}

function isOwn(object: KubernetesObject, { addonNamespace, addonPrefix }: Profile): boolean {
    const { name, namespace } = object.metadata;
    return (
        namespace === addonNamespace ||
        (object.kind === "Namespace" && name === addonNamespace) ||
        (addonPrefix !== undefined && name.startsWith(addonPrefix)) ||
        placesNamedBy(object).includes(addonNamespace)
    );
}

/** Namespaces of the service accounts that a binding names, and of the services that requests are sent to. */
function placesNamedBy(object: KubernetesObject): (string | undefined)[] {
    const { subjects = [], webhooks = [], spec } = object as KubernetesObject & References;
    return [
        ...subjects.map(({ namespace }) => namespace),
        ...webhooks.map(({ clientConfig }) => clientConfig?.service?.namespace),
        spec?.service?.namespace,
    ];
}

interface References {
    readonly subjects?: { readonly namespace?: string }[];
    readonly webhooks?: { readonly clientConfig?: { readonly service?: { readonly namespace?: string } } }[];
    readonly roleRef?: { readonly kind: string; readonly name: string };
    readonly spec?: { readonly service?: { readonly namespace?: string } };
}

function boundRole(object: KubernetesObject): string[] {
    const { roleRef } = object as KubernetesObject & References;
    if (roleRef === undefined) return [];
    const { namespace } = object.metadata;
    const place = roleRef.kind === "Role" && namespace !== undefined ? { namespace } : {};
    return [keyOf({ apiVersion: object.apiVersion, kind: roleRef.kind, name: roleRef.name, ...place })];
}
