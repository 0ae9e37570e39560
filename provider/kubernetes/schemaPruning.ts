// Guards the models' fields: a CRD's former schema goes back only when no custom resource holds a field that it would drop.

import type { KubernetesObject, World } from "../ports/world";
import { groupOf, kindOf, prunedFields, storageVersionOf, versionsOf } from "./customResourceDefinitions";
import { refTo } from "./objectRef";

/** The form of the CRD that can go back over the live one without loss, and the fields that stand in the way of the former schema. */
export async function forgetSchemaThatWouldPrune(
    world: World,
    remembered: KubernetesObject,
    live: KubernetesObject | undefined,
): Promise<{ object: KubernetesObject; prunes: readonly string[] }> {
    if (live === undefined || sameVersions(live, remembered)) return { object: remembered, prunes: [] };
    const prunes = await prunedUnder(world, remembered, live);
    if (prunes.length === 0) return { object: remembered, prunes };
    // Conversion, labels and annotations go back; only the schemas stay.
    return {
        object: { ...remembered, spec: { ...(remembered.spec as object), versions: versionsOf(live) } },
        prunes,
    };
}

/** What custom resources hold now and these schemas would drop, for people; CRDs that are gone hold nothing. */
export async function fieldsLostUnder(
    world: World,
    definitions: readonly KubernetesObject[],
): Promise<readonly string[]> {
    const lost = await Promise.all(
        definitions.map(async (remembered) => {
            const live = await world.objects.read(refTo(remembered));
            return live === undefined || sameVersions(live, remembered)
                ? []
                : prunedUnder(world, remembered, live);
        }),
    );
    return lost.flat().sort();
}

/** Read in the version that they are stored in now, under that version's former schema. */
async function prunedUnder(
    world: World,
    remembered: KubernetesObject,
    live: KubernetesObject,
): Promise<readonly string[]> {
    const storage = storageVersionOf(live);
    const former = versionsOf(remembered).find(({ name }) => name === storage)?.schema?.openAPIV3Schema;
    const resources = await world.objects.list(`${groupOf(live)}/${storage}`, kindOf(live));
    return [
        ...new Set(
            resources.flatMap((resource) =>
                prunedFields(resource, former).map(
                    (field) => `${resource.metadata.namespace ?? ""}/${resource.metadata.name} ${field}`,
                ),
            ),
        ),
    ];
}

function sameVersions(a: KubernetesObject, b: KubernetesObject): boolean {
    return JSON.stringify(versionsOf(a)) === JSON.stringify(versionsOf(b));
}
