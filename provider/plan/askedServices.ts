// What tells the API server whom to ask comes in; the Services that it names go out. Pure.
import { type ClientConfig, clientConfigsOf } from "../kubernetes/clientConfigs";
import { keyOf } from "../kubernetes/objectRef";
import type { KubernetesObject, ObjectRef } from "../ports/world";
import { selects } from "./helmsPods";

export function serviceNamed({ service }: ClientConfig): ObjectRef | undefined {
    if (service === undefined) return undefined;
    const { namespace, name } = service;
    return { apiVersion: "v1", kind: "Service", namespace, name };
}

/** Each once, in the order in which they come. */
export function distinct(refs: readonly ObjectRef[]): ObjectRef[] {
    return [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()];
}

/** Services that an object has asked, and that lead to the pods of a workload. */
export function servicesAsked(
    object: KubernetesObject,
    live: ReadonlyMap<string, KubernetesObject>,
    workload: KubernetesObject,
): readonly ObjectRef[] {
    return [...clientConfigsOf(object).values()].flatMap((config) => {
        const ref = serviceNamed(config);
        const service = ref && live.get(keyOf(ref));
        return ref !== undefined && service !== undefined && selects(service, workload) ? [ref] : [];
    });
}
