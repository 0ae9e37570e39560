// Custom resources of the backup that are not there any more: those that went with their kind or their namespace are lost, those that a person deleted are that person's decision. Writes nothing.
import { groupOf, kindOf } from "../../kubernetes/customResourceDefinitions";
import { keyOf, refTo } from "../../kubernetes/objectRef";
import { readMany } from "../../kubernetes/readMany";
import type { KubernetesObject, World } from "../../ports/world";

export interface MissingModels {
    /** Their CRD went, or a namespace of the release, and everything in it. */
    readonly lost: readonly KubernetesObject[];
    /** Deleted one by one, while CRD and namespace stayed. */
    readonly deleted: readonly KubernetesObject[];
}

/** `objects` hold the CRDs and namespaces as they were, with their UIDs. */
export async function missingModels(
    world: World,
    customResources: readonly KubernetesObject[],
    objects: readonly KubernetesObject[],
): Promise<MissingModels> {
    const live = await readMany(world, customResources.map(refTo));
    const missing = customResources.filter((resource) => !live.has(keyOf(refTo(resource))));
    if (missing.length === 0) return { lost: [], deleted: [] };
    const holders = objects.filter(({ kind }) => kind === "CustomResourceDefinition" || kind === "Namespace");
    const now = await readMany(world, holders.map(refTo));
    const gone = holders.filter(
        (holder) => now.get(keyOf(refTo(holder)))?.metadata.uid !== holder.metadata.uid,
    );
    const lost = missing.filter((resource) => gone.some((holder) => holds(holder, resource)));
    return { lost, deleted: missing.filter((resource) => !lost.includes(resource)) };
}

function holds(holder: KubernetesObject, { apiVersion, kind, metadata }: KubernetesObject): boolean {
    return holder.kind === "Namespace"
        ? holder.metadata.name === metadata.namespace
        : groupOf(holder) === apiVersion.split("/")[0] && kindOf(holder) === kind;
}

export function nameOfModel({ kind, metadata }: KubernetesObject): string {
    return `${kind} ${metadata.namespace ?? ""}/${metadata.name}`;
}
