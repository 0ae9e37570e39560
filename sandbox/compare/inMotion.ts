// Objects of a cluster come in; those that Kubernetes itself is about to delete or to add to go out. Pure.

import type { JsonObject } from "./capturedState";
import { isObject } from "./namedList";

/** Finalizers that Kubernetes' own controllers take off; one of anybody else may stay for ever. */
const OWN_FINALIZERS = new Set<unknown>([
    "foregroundDeletion",
    "orphan",
    "customresourcecleanup.apiextensions.k8s.io",
]);
const AUTOMANAGED = "kube-aggregator.kubernetes.io/automanaged";

export function inMotion(objects: readonly JsonObject[]): JsonObject[] {
    const isOrphan = awaitsCollection(objects);
    return [...objects.filter((object) => isOrphan(object) || isLeaving(object)), ...outOfStep(objects)];
}

/** Whether an object has owners and none of them is left. */
function awaitsCollection(objects: readonly JsonObject[]): (object: JsonObject) => boolean {
    const alive = new Set(objects.map(({ metadata }) => isObject(metadata) && metadata.uid));
    return ({ metadata }) => {
        const owners = isObject(metadata) ? metadata.ownerReferences : undefined;
        if (!Array.isArray(owners) || owners.length === 0) return false;
        return owners.filter(isObject).every(({ uid }) => !alive.has(uid));
    };
}

function isLeaving({ metadata }: JsonObject): boolean {
    if (!isObject(metadata) || metadata.deletionTimestamp === undefined) return false;
    const { finalizers } = metadata;
    return !Array.isArray(finalizers) || finalizers.every((finalizer) => OWN_FINALIZERS.has(finalizer));
}

/** The API server keeps an APIService for every version of every CRD, and is a little behind with both ends. */
function outOfStep(objects: readonly JsonObject[]): JsonObject[] {
    const served = new Map(
        objects.filter(({ kind }) => kind === "CustomResourceDefinition").flatMap(apiServicesOf),
    );
    const services = objects.filter(({ kind }) => kind === "APIService");
    const named = new Set(services.map(nameOf));
    const late = [...served].filter(([name]) => !named.has(name)).map(([, definition]) => definition);
    const early = services.filter(
        (service) => labelOf(service, AUTOMANAGED) === "true" && !served.has(nameOf(service)),
    );
    return [...late, ...early];
}

function apiServicesOf(definition: JsonObject): [name: string, definition: JsonObject][] {
    const { spec } = definition;
    if (!isObject(spec) || !Array.isArray(spec.versions)) return [];
    return spec.versions
        .filter(isObject)
        .filter(({ served }) => served === true)
        .map(({ name }) => [`${name}.${spec.group}`, definition]);
}

function nameOf({ metadata }: JsonObject): string {
    return isObject(metadata) ? String(metadata.name) : "";
}

function labelOf({ metadata }: JsonObject, label: string): unknown {
    const labels = isObject(metadata) ? metadata.labels : undefined;
    return isObject(labels) ? labels[label] : undefined;
}
