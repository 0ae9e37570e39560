// A Service in; what its EndpointSlices say of the pods behind it comes out. Writes nothing.
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";

export const SERVICE_LABEL = "kubernetes.io/service-name";
export const SLICES = ["discovery.k8s.io/v1", "EndpointSlice"] as const;

export interface SliceEndpoint {
    readonly addresses: readonly string[];
    readonly conditions?: {
        readonly ready?: boolean;
        readonly serving?: boolean;
        readonly terminating?: boolean;
    };
}

export interface SlicePort {
    readonly name?: string;
    readonly port?: number;
    readonly protocol?: string;
}

export interface EndpointSlice extends KubernetesObject {
    readonly addressType: string;
    readonly endpoints?: readonly SliceEndpoint[];
    readonly ports?: readonly SlicePort[];
}

interface ServicePort {
    readonly name?: string;
    readonly port: number;
}

/** Where webhooks and aggregated APIs are asked that name no port. */
const HTTPS = 443;

export interface Endpoint {
    readonly addresses: readonly string[];
    readonly addressType: string;
    readonly port: number;
}

export async function slicesOf(world: World, { namespace, name }: ObjectRef): Promise<EndpointSlice[]> {
    const found = await world.objects.list(...SLICES, {
        labelSelector: `${SERVICE_LABEL}=${name}`,
        ...(namespace === undefined ? {} : { namespace }),
    });
    // The API server writes null where there are none.
    return (found as EndpointSlice[]).map((slice) => ({
        ...slice,
        endpoints: slice.endpoints ?? [],
        ports: slice.ports ?? [],
    }));
}

/** In the order of the slices. Of several ports the one behind 443, where the API server asks, or else the Service's first; one without a number means any, and is not asked. */
export async function readyEndpoints(world: World, service: ObjectRef): Promise<Endpoint[]> {
    const [live, slices] = await Promise.all([world.objects.read(service), slicesOf(world, service)]);
    const { ports: known = [] } = (live?.spec ?? {}) as { ports?: readonly ServicePort[] };
    const asked = known.find(({ port }) => port === HTTPS) ?? known[0];
    return slices.flatMap(({ addressType, endpoints = [], ports = [] }) => {
        const numbered = ports.filter((one) => one.port !== undefined);
        const port = (numbered.find((one) => (one.name ?? "") === (asked?.name ?? "")) ?? numbered[0])?.port;
        const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
        return port === undefined ? [] : ready.map(({ addresses }) => ({ addresses, addressType, port }));
    });
}
