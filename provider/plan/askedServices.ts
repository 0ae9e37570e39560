// An entry that tells the API server whom to ask comes in; the Service that it names goes out. Pure.
import type { ClientConfig } from "../kubernetes/clientConfigs";
import { keyOf } from "../kubernetes/objectRef";
import type { ObjectRef } from "../ports/world";

export function serviceNamed({ service }: ClientConfig): ObjectRef | undefined {
    if (service === undefined) return undefined;
    const { namespace, name } = service;
    return { apiVersion: "v1", kind: "Service", namespace, name };
}

/** Each once, in the order in which they come. */
export function distinct(refs: readonly ObjectRef[]): ObjectRef[] {
    return [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()];
}
