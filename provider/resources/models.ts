// A cluster comes in, the names of the models that live in it go out. Reads only.
import type { KubernetesReader } from "./kubernetesReader";

const group = "inference.sagemaker.aws.amazon.com";

interface CustomResourceDefinition {
    metadata: { name: string };
    spec: {
        group: string;
        names: { plural: string; kind: string };
        versions: { name: string; storage: boolean }[];
    };
}

interface Named {
    metadata: { name: string; namespace?: string };
}

/** Every custom resource of the operator, as "Kind namespace/name". Their finalizers need the operator to go. */
export async function findModels(read: KubernetesReader): Promise<string[]> {
    const definitions = await read<{ items: CustomResourceDefinition[] }>(
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
    );
    const ours = (definitions?.items ?? []).filter(({ spec }) => spec.group === group);
    const lists = ours.map(async ({ spec }) => {
        // The storage version needs no conversion webhook, which may be down just now.
        const version = spec.versions.find(({ storage }) => storage)?.name ?? "v1";
        const list = await read<{ items: Named[] }>(`/apis/${group}/${version}/${spec.names.plural}`);
        return (list?.items ?? []).map(
            ({ metadata }) =>
                `${spec.names.kind} ${metadata.namespace ? `${metadata.namespace}/` : ""}${metadata.name}`,
        );
    });
    return (await Promise.all(lists)).flat().sort();
}
