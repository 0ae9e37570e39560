// In: an API client. Out: the objects that pods, nodes and stand-ins depend on, kept current. Writes nothing.
import type { ApiClient } from "./apiClient";
import type { KubeObject, Node, Pod, Secret } from "./objectTypes";
import { Reflector } from "./reflector";
import type { ClusterContent } from "./startConditions";

export interface ServingState {
    pods: Pod[];
    secrets: Secret[];
}

export class ClusterView implements ClusterContent {
    readonly pods: Reflector<Pod>;
    readonly nodes: Reflector<Node>;
    readonly secrets: Reflector<Secret>;
    readonly crds: Reflector<KubeObject>;
    private readonly configMaps: Reflector<KubeObject>;
    private readonly csiDrivers: Reflector<KubeObject>;
    private readonly listeners = new Set<() => void>();
    private isScheduled = false;

    constructor(client: ApiClient, report: (problem: string) => void) {
        const common = { client, report, onChange: () => this.changed() };
        const crdPath = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        this.pods = new Reflector({ ...common, path: "/api/v1/pods" });
        this.nodes = new Reflector({ ...common, path: "/api/v1/nodes" });
        // Release records of Helm are half a megabyte each, and no pod mounts them.
        const noReleases = "fieldSelector=type%21%3Dhelm.sh%2Frelease.v1";
        this.secrets = new Reflector({ ...common, path: "/api/v1/secrets", query: noReleases });
        this.crds = new Reflector({ ...common, path: crdPath, metadataOnly: true });
        this.configMaps = new Reflector({ ...common, path: "/api/v1/configmaps", metadataOnly: true });
        this.csiDrivers = new Reflector({
            ...common,
            path: "/apis/storage.k8s.io/v1/csidrivers",
            metadataOnly: true,
        });
    }

    hasSecret(namespace: string, name: string): boolean {
        return this.secrets.get(name, namespace) !== undefined;
    }

    hasConfigMap(namespace: string, name: string): boolean {
        return this.configMaps.get(name, namespace) !== undefined;
    }

    hasCsiDriver(name: string): boolean {
        return this.csiDrivers.get(name) !== undefined;
    }

    hasCrd(name: string): boolean {
        return this.crds.get(name) !== undefined;
    }

    get synced(): boolean {
        return this.reflectors().every((reflector) => reflector.synced);
    }

    start(): void {
        for (const reflector of this.reflectors()) reflector.start();
    }

    /** What the pods' servers need; kept with a baseline. */
    servingState(): ServingState {
        return { pods: this.pods.list(), secrets: this.secrets.list() };
    }

    /** So that pods answer before the API server has told us about them, as they do while a real one restarts. */
    seed(state: ServingState): void {
        this.pods.seed(state.pods);
        this.secrets.seed(state.secrets);
    }

    /** Many changes at once are one call. */
    onChange(listener: () => void): void {
        this.listeners.add(listener);
    }

    async stop(): Promise<void> {
        this.listeners.clear();
        await Promise.all(this.reflectors().map((reflector) => reflector.stop()));
    }

    private reflectors(): Reflector<KubeObject>[] {
        return [this.pods, this.nodes, this.secrets, this.crds, this.configMaps, this.csiDrivers];
    }

    private changed(): void {
        if (this.isScheduled) return;
        this.isScheduled = true;
        setImmediate(() => {
            this.isScheduled = false;
            for (const listener of this.listeners) listener();
        });
    }
}
