// An object comes in, what names it goes out; and as a text that is a key. Pure.
import type { KubernetesObject, ObjectRef } from "../ports/world";

export function keyOf({ apiVersion, kind, namespace, name }: ObjectRef): string {
    return `${apiVersion}/${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}

/** What holds a write to this very object, where the API server gave it a UID. */
export function onlyThis({ metadata: { uid } }: Pick<KubernetesObject, "metadata">): {
    readonly uid?: string;
} {
    return uid === undefined ? {} : { uid };
}

export function refTo({ apiVersion, kind, metadata }: KubernetesObject): ObjectRef {
    return {
        apiVersion,
        kind,
        name: metadata.name,
        ...(metadata.namespace ? { namespace: metadata.namespace } : {}),
    };
}
