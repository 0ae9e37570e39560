// Which pods a Service leads to: those its selector finds, and those that EndpointSlices of others name. Also the slices that the endpoint controller would have written, for whoever lists them.
import type { KubernetesObject, ListOptions } from "../../../provider/ports/world";
import { isReady } from "./pods";
import type { Store } from "./store";

const API = "discovery.k8s.io/v1";
const SERVICE_LABEL = "kubernetes.io/service-name";
const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";

export interface ServiceRef {
    readonly namespace: string;
    readonly name: string;
}

interface Slice extends KubernetesObject {
    readonly endpoints?:
        | readonly {
              readonly addresses: readonly string[];
              readonly conditions?: { readonly ready?: boolean };
          }[]
        | null;
}

/** A pod's address, made from its UID: the same one as long as it lives, and no other's. */
export function addressOf({ metadata }: KubernetesObject): string {
    const number = Number(/\d+$/.exec(metadata.uid ?? "")?.[0] ?? 0);
    return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}

/** One place that a request may be sent to: a pod, or an address behind which nobody listens. */
export type Endpoint = KubernetesObject | string;

export function endpointsOf(store: Store, service: KubernetesObject): Endpoint[] {
    const own = podsOf(store, service).filter(isReady);
    if (!store.data().behaviour.followsSlices) return own;
    const { namespace, name } = service.metadata;
    const slices = store
        .all("EndpointSlice", namespace)
        .filter(({ metadata }) => metadata.labels?.[SERVICE_LABEL] === name) as Slice[];
    if (slices.length === 0) return own;
    const addresses = slices
        .flatMap(({ endpoints }) => endpoints ?? [])
        .filter(({ conditions }) => conditions?.ready !== false)
        .flatMap((endpoint) => endpoint.addresses);
    const ready = store.all("Pod").filter(isReady);
    const named = addresses.map((address) => ready.find((pod) => addressOf(pod) === address) ?? address);
    return [...new Set([...own, ...named])];
}

function podsOf(store: Store, { metadata, spec }: KubernetesObject): KubernetesObject[] {
    const { selector } = spec as { selector?: Record<string, string> };
    // A Service without selector has no endpoints of its own.
    if (selector === undefined) return [];
    return store
        .all("Pod", metadata.namespace)
        .filter((pod) =>
            Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value),
        );
}

/** What the endpoint controller keeps for every Service with a selector; derived at each reading. */
export function derivedSlices(store: Store, options: ListOptions = {}): KubernetesObject[] {
    const wanted = (options.labelSelector ?? "").split(",").filter(Boolean);
    return store
        .all("Service", options.namespace)
        .filter(({ spec }) => (spec as { selector?: object }).selector !== undefined)
        .map((service) => sliceOf(store, service))
        .filter(({ metadata }) =>
            wanted.every((term) => {
                const [key = "", value] = term.split("=");
                return metadata.labels?.[key] === value;
            }),
        );
}

function sliceOf(store: Store, service: KubernetesObject): KubernetesObject {
    const { name, namespace = "", uid } = service.metadata;
    const endpoints = podsOf(store, service).map((pod) => {
        const isGoing = pod.metadata.deletionTimestamp !== undefined;
        return {
            addresses: [addressOf(pod)],
            conditions: { ready: isReady(pod), serving: isReady(pod), terminating: isGoing },
            targetRef: {
                kind: "Pod",
                name: pod.metadata.name,
                namespace: pod.metadata.namespace,
                uid: pod.metadata.uid,
            },
        };
    });
    const { ports = [] } = service.spec as { ports?: { name?: string; targetPort?: unknown }[] };
    return {
        apiVersion: API,
        kind: "EndpointSlice",
        metadata: {
            name: `${name}-${uid}`,
            namespace,
            uid: `slice-${uid}`,
            // As the endpoint controller does, with the Service's own.
            labels: {
                ...service.metadata.labels,
                [SERVICE_LABEL]: name,
                [MANAGED_BY]: "endpointslice-controller.k8s.io",
            },
        },
        addressType: "IPv4",
        // Of a Service without pods an API server writes null for both.
        endpoints: endpoints.length === 0 ? null : endpoints,
        ports:
            endpoints.length === 0
                ? null
                : ports.map(({ name: port = "", targetPort }) => ({
                      name: port,
                      port: targetPort,
                      protocol: "TCP",
                  })),
    } as KubernetesObject;
}
