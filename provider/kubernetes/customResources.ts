// Groups of the API in, their CRDs and the custom resources of these out. Writes nothing.
import type { KubernetesObject, World } from "../ports/world";
import { groupOf, kindOf, storageVersionOf } from "./customResourceDefinitions";

const CRD = "apiextensions.k8s.io/v1";
/** Each may have hundreds of kB: all of a cluster are read together only where few of them are others'. */
const WORTH_A_LIST = 4;

interface DefinitionGroups {
    readonly customResourceGroups: readonly string[];
    readonly otherCustomResourceGroups: readonly string[];
}

/** CRDs of the profile's groups, also those that came from a chart's `crds/` folder and stand in no manifest. */
export async function definitions(world: World, groups: DefinitionGroups): Promise<KubernetesObject[]> {
    return definitionsIn(world, [...groups.customResourceGroups, ...groups.otherCustomResourceGroups]);
}

export async function definitionsIn(world: World, groups: readonly string[]): Promise<KubernetesObject[]> {
    if (groups.length === 0) return [];
    const all = await world.objects.list(CRD, "CustomResourceDefinition", { metadataOnly: true });
    const isWanted = ({ metadata: { name } }: KubernetesObject) =>
        groups.some((group) => name.endsWith(`.${group}`));
    const names = all.filter(isWanted).map(({ metadata }) => metadata.name);
    if (names.length >= WORTH_A_LIST && names.length >= all.length / 2)
        return (await world.objects.list(CRD, "CustomResourceDefinition")).filter(isWanted);
    const crds = await Promise.all(
        names.map((name) => world.objects.read({ apiVersion: CRD, kind: "CustomResourceDefinition", name })),
    );
    return crds.filter((crd) => crd !== undefined);
}

/** Read in the version they are stored in, which needs no conversion webhook. */
export async function customResourcesOf(
    world: World,
    crds: readonly KubernetesObject[],
): Promise<KubernetesObject[]> {
    const lists = await Promise.all(
        crds.map((crd) => world.objects.list(`${groupOf(crd)}/${storageVersionOf(crd)}`, kindOf(crd))),
    );
    return lists.flat();
}
