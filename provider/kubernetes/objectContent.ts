// An object comes in, the part of it that people and controllers decide on goes out; whether two are the same in it. Pure.
import { sameJson } from "../../common/canonicalJson";
import type { KubernetesObject } from "../ports/world";

/** What the API server fills in by itself; never compared, never written. */
const SERVER_METADATA = new Set([
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "managedFields",
    "selfLink",
]);

/** The part of an object that people and controllers decide on: no status, no server bookkeeping. */
export function contentOf(object: KubernetesObject): KubernetesObject {
    const { status: _, ...rest } = object;
    const metadata = Object.fromEntries(
        Object.entries(object.metadata).filter(([key]) => !SERVER_METADATA.has(key)),
    );
    return { ...rest, metadata: metadata as KubernetesObject["metadata"] };
}

/** How often a controller rolled a workload out: its own counter, which only it can set. */
const COUNTERS = ["deployment.kubernetes.io/revision", "deprecated.daemonset.template.generation"];

/** Owners are compared by kind and name: one that was made again has another UID. */
export function sameContent(a: KubernetesObject, b: KubernetesObject): boolean {
    return sameJson(comparable(a), comparable(b));
}

function comparable(object: KubernetesObject): unknown {
    const content = contentOf(object);
    const owners = (content.metadata.ownerReferences ?? []).map(({ uid: _, ...owner }) => owner);
    const annotations = Object.fromEntries(
        Object.entries(content.metadata.annotations ?? {}).filter(([name]) => !COUNTERS.includes(name)),
    );
    return { ...content, metadata: { ...content.metadata, annotations, ownerReferences: owners } };
}
