/** A cluster comes in; the requests that its users make, as probes that change nothing (reads and dry runs), go out. */
import type { ApiClient, ApiRequest } from "../kubernetes/apiClient";
import type { KubeObject } from "../kubernetes/objectTypes";
import type { Probe } from "./prober";

/** A request that is not answered by then is a refused one. */
const TIMEOUT_MS = 5_000;
const ALB_INGRESS = {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "hyperpod-sandbox-probe", namespace: "default" },
    spec: {
        ingressClassName: "alb",
        defaultBackend: { service: { name: "hyperpod-sandbox-probe", port: { number: 80 } } },
    },
};
/** Group versions of the metrics APIs, with something to read from each. */
const METRICS = [
    {
        name: "external metrics",
        service: "v1beta1.external.metrics.k8s.io",
        path: "/apis/external.metrics.k8s.io/v1beta1",
    },
    { name: "metrics", service: "v1beta1.metrics.k8s.io", path: "/apis/metrics.k8s.io/v1beta1/nodes" },
];

export interface CustomResourceDefinition extends KubeObject {
    spec: {
        group: string;
        scope: string;
        names: { plural: string; kind: string };
        versions: { name: string; served: boolean; storage: boolean }[];
    };
}

interface List {
    items: KubeObject[];
}

export async function clusterProbes(
    client: ApiClient,
    definitions: CustomResourceDefinition[],
): Promise<Probe[]> {
    const [models, metrics] = await Promise.all([modelProbes(client, definitions), metricsProbes(client)]);
    const path = "/apis/networking.k8s.io/v1/namespaces/default/ingresses?dryRun=All";
    const ingress = probe(client, "create ingress", { method: "POST", path, body: ALB_INGRESS });
    return [...models, ingress, ...metrics];
}

/** Where there are several versions, a conversion webhook stands between the user and the object. */
async function modelProbes(client: ApiClient, definitions: CustomResourceDefinition[]): Promise<Probe[]> {
    const converted = definitions.filter(
        ({ spec }) => spec.versions.filter(({ served }) => served).length > 1,
    );
    const probes = converted.map(async ({ spec }) => {
        const storage = spec.versions.find((version) => version.storage)?.name;
        const list = await client.call<List>({
            path: `/apis/${spec.group}/${storage}/${spec.names.plural}?limit=1`,
        });
        const [object] = list.items;
        if (object === undefined) return [];
        const { namespace, name } = object.metadata;
        const place = namespace === undefined ? "" : `namespaces/${namespace}/`;
        const served = spec.versions.filter((version) => version.served);
        return served.flatMap((version) => {
            const kind = `${spec.names.plural} ${version.name}`;
            const path = `/apis/${spec.group}/${version.name}/${place}${spec.names.plural}/${name}`;
            return [probe(client, `read ${kind}`, { path }), probe(client, `write ${kind}`, annotate(path))];
        });
    });
    return (await Promise.all(probes)).flat();
}

/** A dry run goes through conversion, validation and admission, and stores nothing. */
export function annotate(path: string): ApiRequest {
    const body = { metadata: { annotations: { "hyperpod-sandbox/probe": "never stored" } } };
    return { method: "PATCH", path: `${path}?dryRun=All`, contentType: "merge", body };
}

async function metricsProbes(client: ApiClient): Promise<Probe[]> {
    const services = await client.call<List>({ path: "/apis/apiregistration.k8s.io/v1/apiservices" });
    const registered = new Set(services.items.map((service) => service.metadata.name));
    return METRICS.filter(({ service }) => registered.has(service)).map(({ name, path }) =>
        probe(client, name, { path }),
    );
}

export function probe(client: ApiClient, name: string, request: ApiRequest, timeoutMs = TIMEOUT_MS): Probe {
    return {
        name,
        run: async () => {
            await client.call({ ...request, timeoutMs });
        },
    };
}
