// In: the namespace of a pod of KEDA's metrics API server. Out: whether it gets values from an operator, asked as KEDA asks: by the Service of its own namespace, whose leader alone listens, under that Service's name. It waits for one, as KEDA's does. Changes nothing.
import { X509Certificate } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { ApiClient } from "./apiClient";
import type { KubeObject, Pod } from "./objectTypes";

const SERVICE = "keda-operator";
const LOOK_MS = 250;

interface Slice extends KubeObject {
    endpoints?: { addresses: string[]; conditions?: { ready?: boolean } }[] | null;
}

export interface MetricValuesOptions {
    client: Pick<ApiClient, "call">;
    /** Of the operator, that are Ready and lead. */
    leaders: () => Pod[];
    /** PEM of what the pod presents. */
    presented: (pod: Pod) => string | undefined;
    /** How long an answer is waited for, milliseconds. */
    patienceMs: number;
}

export class MetricValues {
    constructor(private readonly options: MetricValuesOptions) {}

    async areServedIn(namespace: string): Promise<boolean> {
        const until = Date.now() + this.options.patienceMs;
        while (!(await this.areServedNow(namespace))) {
            if (Date.now() >= until) return false;
            await pause(LOOK_MS);
        }
        return true;
    }

    private async areServedNow(namespace: string): Promise<boolean> {
        const { client, leaders, presented } = this.options;
        const { items } = await client.call<{ items: Slice[] }>({
            path: `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3D${SERVICE}`,
        });
        const addresses = items
            .flatMap(({ endpoints }) => endpoints ?? [])
            .filter(({ conditions }) => conditions?.ready !== false)
            .flatMap((endpoint) => endpoint.addresses);
        return leaders().some((pod) => {
            const certificate = presented(pod);
            return (
                addresses.includes(pod.status?.podIP ?? "") &&
                certificate !== undefined &&
                new X509Certificate(certificate).checkHost(`${SERVICE}.${namespace}.svc`) !== undefined
            );
        });
    }
}
