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

/** In the order of the slices; a port without a number means any, and is not asked. */
export async function readyEndpoints(world: World, service: ObjectRef): Promise<Endpoint[]> {
    return (await slicesOf(world, service)).flatMap(({ addressType, endpoints = [], ports = [] }) => {
        const port = ports.find((one) => one.port !== undefined)?.port;
        const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false);
        return port === undefined ? [] : ready.map(({ addresses }) => ({ addresses, addressType, port }));
    });
}
