/** A cluster comes in; all that its users ask of the operator, of ingresses, metrics, scaling and certificates goes out, as probes that change nothing. */
import type { ApiClient } from "../kubernetes/apiClient";
import type { KubeObject } from "../kubernetes/objectTypes";
import { annotate, type CustomResourceDefinition, clusterProbes, probe } from "./clusterProbes";
import type { Probe } from "./prober";

interface ScaledObject extends KubeObject {
    status?: { externalMetricNames?: string[] };
}

interface Written {
    readonly name: string;
    readonly group: string;
    readonly version: string;
    readonly plural: string;
}

/** Writes that pass an admission webhook; each on an object that is there. */
const WRITTEN: readonly Written[] = [
    { name: "update ingress", group: "networking.k8s.io", version: "v1", plural: "ingresses" },
    { name: "write scaled object", group: "keda.sh", version: "v1alpha1", plural: "scaledobjects" },
    { name: "write certificate", group: "cert-manager.io", version: "v1", plural: "certificates" },
];
/** The adapter waits for an operator that leads; its callers wait for the adapter. */
const VALUE_TIMEOUT_MS = 15_000;
const EXTERNAL_METRICS = "external.metrics.k8s.io";

export async function everyRequest(
    client: ApiClient,
    definitions: CustomResourceDefinition[],
): Promise<Probe[]> {
    const served = new Set(
        (await client.call<{ groups: { name: string }[] }>({ path: "/apis" })).groups.map(({ name }) => name),
    );
    const writes = WRITTEN.filter(({ group }) => served.has(group)).map((one) => writeProbe(client, one));
    const more = await Promise.all([...writes, valueProbe(client, served), podMetricsProbe(client, served)]);
    return [...(await clusterProbes(client, definitions)), ...more.flat()];
}

async function writeProbe(client: ApiClient, { name, group, version, plural }: Written): Promise<Probe[]> {
    const [object] = await listOf(client, `/apis/${group}/${version}/${plural}`);
    if (object === undefined) return [];
    const { namespace, name: its } = object.metadata;
    return [
        probe(client, name, annotate(`/apis/${group}/${version}/namespaces/${namespace}/${plural}/${its}`)),
    ];
}

/** Answered by KEDA's adapter, which asks the operator that leads. */
async function valueProbe(client: ApiClient, served: ReadonlySet<string>): Promise<Probe[]> {
    if (!served.has(EXTERNAL_METRICS) || !served.has("keda.sh")) return [];
    const [scaled] = (await listOf(client, "/apis/keda.sh/v1alpha1/scaledobjects")) as ScaledObject[];
    if (scaled === undefined) return [];
    const { namespace, name } = scaled.metadata;
    const [metric = "s0-queue"] = scaled.status?.externalMetricNames ?? [];
    const selector = encodeURIComponent(`scaledobject.keda.sh/name=${name}`);
    const path = `/apis/${EXTERNAL_METRICS}/v1beta1/namespaces/${namespace}/${metric}`;
    const request = { path: `${path}?labelSelector=${selector}` };
    return [probe(client, "value of an external metric", request, VALUE_TIMEOUT_MS)];
}

async function podMetricsProbe(client: ApiClient, served: ReadonlySet<string>): Promise<Probe[]> {
    if (!served.has("metrics.k8s.io")) return [];
    return [probe(client, "pod metrics", { path: "/apis/metrics.k8s.io/v1beta1/pods" })];
}

async function listOf(client: ApiClient, path: string): Promise<KubeObject[]> {
    return (await client.call<{ items: KubeObject[] }>({ path: `${path}?limit=1` })).items;
}
