/** A kubeconfig comes in; every object of the cluster, canonical and by key, goes out with its UID. Reads only. */
import { canonicalObject } from "./canonicalObject";
import type { JsonObject, State } from "./capturedState";
import { discoverKinds, type ListableKind } from "./comparedKinds";
import { groupGenerated } from "./generatedNames";
import { inMotion } from "./inMotion";
import { KubernetesReader } from "./kubernetesReader";
import { isObject } from "./namedList";

/** Deletions go on in the background; after an outage of the API server the garbage collector needs its time. */
const REST_MS = 60_000;
const ASK_AGAIN_MS = 500;

export async function captureKubernetes(
    kubeconfig: string,
): Promise<Pick<State, "kubernetes" | "identities" | "customKinds">> {
    const reader = await KubernetesReader.open(kubeconfig);
    try {
        return canonicalCluster(await objectsAtRest(reader));
    } finally {
        reader.close();
    }
}

/** All objects, once Kubernetes is done with what was asked of it; what never comes to rest is shown as it is. */
async function objectsAtRest(reader: KubernetesReader): Promise<JsonObject[]> {
    const deadline = Date.now() + REST_MS;
    for (;;) {
        const kinds = await discoverKinds(reader);
        const objects = (await Promise.all(kinds.map((kind) => listKind(reader, kind)))).flat();
        if (inMotion(objects).length === 0 || Date.now() > deadline) return objects;
        await new Promise((next) => setTimeout(next, ASK_AGAIN_MS));
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
