/** A kubeconfig comes in; every object of the cluster, canonical and by key, goes out with its UID. Reads only. */
import { canonicalObject } from "./canonicalObject";
import { discoverKinds, type ListableKind } from "./discovery";
import { groupGenerated } from "./generated";
import { KubernetesReader } from "./kubernetesReader";
import { isObject } from "./namedList";
import type { JsonObject, State } from "./state";

export async function captureKubernetes(
    kubeconfig: string,
): Promise<Pick<State, "kubernetes" | "identities" | "customKinds">> {
    const reader = await KubernetesReader.open(kubeconfig);
    try {
        const kinds = await discoverKinds(reader);
        const lists = await Promise.all(kinds.map((kind) => listKind(reader, kind)));
        return canonicalCluster(lists.flat());
    } finally {
        reader.close();
    }
}

/** Items of a list do not say what kind they are; the list's kind does. */
async function listKind(reader: KubernetesReader, kind: ListableKind): Promise<JsonObject[]> {
    const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
    const items = await reader.list(kind.path);
    return items.map((item) => ({ ...item, apiVersion, kind: kind.kind }));
}

export function canonicalCluster(
    objects: JsonObject[],
): Pick<State, "kubernetes" | "identities" | "customKinds"> {
    const kubernetes: Record<string, unknown> = {};
    const identities: Record<string, string> = {};
    for (const object of objects) identities[keyOf(object)] = String((object.metadata as JsonObject).uid);
    for (const object of groupGenerated(objects, kubernetes)) {
        kubernetes[keyOf(object)] = canonicalObject(object);
    }
    return { kubernetes, identities, customKinds: customKindsIn(objects) };
}

export function keyOf(object: JsonObject): string {
    const { namespace, name } = object.metadata as JsonObject;
    const [group, version] = String(object.apiVersion).split("/");
    const kind = version === undefined ? String(object.kind) : `${group}/${object.kind}`;
    return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

function customKindsIn(objects: JsonObject[]): string[] {
    const kinds = objects
        .filter((object) => object.kind === "CustomResourceDefinition" && isObject(object.spec))
        .map((object) => object.spec as JsonObject)
        .map((spec) => `${spec.group}/${isObject(spec.names) ? spec.names.kind : ""}`);
    return kinds.sort();
}
