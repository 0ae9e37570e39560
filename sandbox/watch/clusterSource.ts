/** A running sandbox comes in; the observer's view of it goes out, through watches straight to the API server. Writes nothing. */
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";
import { ApiClient } from "../kubernetes/apiClient";
import type { KubeObject, Pod } from "../kubernetes/objectTypes";
import { Reflector } from "../kubernetes/reflector";
import { type CustomResourceDefinition, clusterProbes } from "./clusterProbes";
import type { Probe } from "./prober";
import type { MoveSource } from "./source";

/** By this name the observer's requests can be told apart in the audit log. */
export const OBSERVER_USER_AGENT = "hyperpod-sandbox-observer";
const FIRST_LIST_MS = 10_000;
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** The parts of a sandbox that an observation needs. */
export interface Observable {
    apiServerUrl: string;
    caFile: string;
    clientCertFile: string;
    clientKeyFile: string;
}

export class ClusterSource implements MoveSource {
    #client: ApiClient;
    #reflectors: { stop(): Promise<void> }[] = [];
    #problems = new Set<string>();

    constructor(
        { apiServerUrl: server, caFile, clientCertFile, clientKeyFile }: Observable,
        readonly probesOf: typeof clusterProbes = clusterProbes,
    ) {
        const files = { caFile, certFile: clientCertFile, keyFile: clientKeyFile };
        this.#client = new ApiClient({ server, ...files, userAgent: OBSERVER_USER_AGENT });
    }

    now(): number {
        return performance.timeOrigin + performance.now();
    }

    async followGuarded(onObjects: (kind: string, objects: KubeObject[]) => void): Promise<void> {
        const follow = (kind: string, path: string) =>
            this.#follow(path, true, (objects: KubeObject[]) => onObjects(kind, objects));
        const kinds = (await this.#definitions()).map(({ spec }) => {
            const served = spec.versions.filter((version) => version.served);
            const version = (served.find((candidate) => candidate.storage) ?? served[0])?.name;
            return follow(
                `${spec.group}/${spec.names.kind}`,
                `/apis/${spec.group}/${version}/${spec.names.plural}`,
            );
        });
        const definitions = follow("apiextensions.k8s.io/CustomResourceDefinition", CRDS);
        await Promise.all([follow("Namespace", "/api/v1/namespaces"), definitions, ...kinds]);
    }

    followPods(onPods: (pods: Pod[]) => void): Promise<void> {
        return this.#follow("/api/v1/pods", false, onPods);
    }

    async probes(): Promise<Probe[]> {
        return this.probesOf(this.#client, await this.#definitions());
    }

    async stop(): Promise<string[]> {
        await Promise.all(this.#reflectors.map((reflector) => reflector.stop()));
        this.#client.close();
        return [...this.#problems];
    }

    async #definitions(): Promise<CustomResourceDefinition[]> {
        return (await this.#client.call<{ items: CustomResourceDefinition[] }>({ path: CRDS })).items;
    }

    async #follow<T extends KubeObject>(
        path: string,
        metadataOnly: boolean,
        onObjects: (objects: T[]) => void,
    ): Promise<void> {
        const reflector: Reflector<T> = new Reflector<T>({
            client: this.#client,
            path,
            metadataOnly,
            onChange: () => onObjects(reflector.list()),
            report: (problem) => this.#problems.add(problem),
        });
        this.#reflectors.push(reflector);
        reflector.start();
        const deadline = this.now() + FIRST_LIST_MS;
        while (!reflector.synced) {
            if (this.now() > deadline)
                throw new Error(`cannot watch ${path}: ${[...this.#problems].join("; ")}`);
            await pause(10);
        }
    }
}
