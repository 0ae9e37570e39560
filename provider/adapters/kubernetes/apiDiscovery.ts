// Which kinds the API server serves and under which path; asked once, in two requests, and kept until forgotten.
import type { ObjectRef } from "../../ports/world";
import type { KubernetesApi } from "./api";

export interface ServedKind {
    readonly apiVersion: string;
    readonly kind: string;
    readonly plural: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
    /** First among the versions of its group. */
    readonly preferred: boolean;
}

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

interface DiscoveryList {
    items?: {
        metadata: { name?: string };
        versions?: {
            version: string;
            freshness?: string;
            resources?: {
                resource: string;
                responseKind?: { kind: string };
                scope: string;
                verbs: string[];
            }[];
        }[];
    }[];
}

export class ApiDiscovery {
    readonly #api: KubernetesApi;
    #kinds: Promise<Map<string, ServedKind>> | undefined;

    constructor(api: KubernetesApi) {
        this.#api = api;
    }

    forget(): void {
        this.#kinds = undefined;
    }

    async all(): Promise<ServedKind[]> {
        return [...(await this.#load()).values()];
    }

    async find(apiVersion: string, kind: string): Promise<ServedKind | undefined> {
        return (await this.#load()).get(`${apiVersion}/${kind}`);
    }

    /** Path of one object, or of the collection when no name is given. */
    async path(
        ref: Pick<ObjectRef, "apiVersion" | "kind" | "namespace"> & { name?: string },
    ): Promise<string | undefined> {
        const served = await this.find(ref.apiVersion, ref.kind);
        if (served === undefined) return undefined;
        const root = ref.apiVersion.includes("/") ? `/apis/${ref.apiVersion}` : `/api/${ref.apiVersion}`;
        const namespace =
            served.namespaced && ref.namespace ? `/namespaces/${encodeURIComponent(ref.namespace)}` : "";
        return `${root}${namespace}/${served.plural}${ref.name === undefined ? "" : `/${encodeURIComponent(ref.name)}`}`;
    }

    #load(): Promise<Map<string, ServedKind>> {
        if (this.#kinds === undefined) {
            const loading = this.#ask();
            loading.catch(() => {
                if (this.#kinds === loading) this.#kinds = undefined;
            });
            this.#kinds = loading;
        }
        return this.#kinds;
    }

    async #ask(): Promise<Map<string, ServedKind>> {
        const [core, groups] = await Promise.all(
            ["/api", "/apis"].map((path) =>
                this.#api.call({ method: "GET", path, accept: `${AGGREGATED},application/json` }),
            ),
        );
        const kinds = new Map<string, ServedKind>();
        for (const answer of [core, groups]) {
            for (const group of ((answer?.body ?? {}) as DiscoveryList).items ?? []) {
                for (const [index, version] of (group.versions ?? []).entries()) {
                    const apiVersion = group.metadata.name
                        ? `${group.metadata.name}/${version.version}`
                        : version.version;
                    for (const resource of version.resources ?? []) {
                        const kind = resource.responseKind?.kind;
                        if (!kind || kinds.has(`${apiVersion}/${kind}`)) continue;
                        kinds.set(`${apiVersion}/${kind}`, {
                            apiVersion,
                            kind,
                            plural: resource.resource,
                            namespaced: resource.scope === "Namespaced",
                            verbs: resource.verbs,
                            preferred: index === 0,
                        });
                    }
                }
            }
        }
        return kinds;
    }
}
