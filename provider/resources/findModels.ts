// A cluster comes in, the names of the models that live in it go out. Reads only.
import { groupOf, kindOf, storageVersionOf } from "../kubernetes/customResourceDefinitions";
import type { KubernetesObject, Objects } from "../ports/world";
import { hyperPodInference } from "../profiles/hyperPodInference";

/** Every custom resource of the operator, as "Kind namespace/name". Their finalizers need the operator to go. */
export async function findModels(objects: Pick<Objects, "list" | "serves">): Promise<string[]> {
    const all = await objects.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    const ours = all.filter((crd) => hyperPodInference.customResourceGroups.includes(groupOf(crd)));
    return (await Promise.all(ours.map((crd) => modelsOf(objects, crd)))).flat().sort();
}

async function modelsOf(objects: Pick<Objects, "list" | "serves">, crd: KubernetesObject): Promise<string[]> {
    const kind = kindOf(crd);
    // The storage version needs no conversion webhook, which may be down just now.
    const apiVersion = `${groupOf(crd)}/${storageVersionOf(crd)}`;
    if (!(await objects.serves(apiVersion, kind)))
        throw new Error(`the cluster has ${crd.metadata.name}, but does not serve ${kind} of ${apiVersion}`);
    const models = await objects.list(apiVersion, kind, { metadataOnly: true });
    return models.map(
        ({ metadata: { namespace, name } }) => `${kind} ${namespace ? `${namespace}/` : ""}${name}`,
    );
}
