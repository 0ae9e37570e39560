/** A reader comes in; every kind that can be listed and belongs to the state of a cluster goes out, each once. */
import type { KubernetesReader } from "./kubernetesReader";

export interface ListableKind {
    /** "" for the core group. */
    group: string;
    version: string;
    kind: string;
    /** "/apis/apps/v1/deployments": all namespaces. */
    path: string;
}

/** What is a measurement or a log and no state. */
const LEFT_OUT_GROUPS = new Set([
    "metrics.k8s.io",
    "custom.metrics.k8s.io",
    "external.metrics.k8s.io",
    "events.k8s.io",
]);
const LEFT_OUT_KINDS = new Set([
    "/Event",
    "/Endpoints",
    "/ComponentStatus",
    "discovery.k8s.io/EndpointSlice",
]);
const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

interface AggregatedDiscovery {
    items?: {
        metadata?: { name?: string };
        versions: {
            version: string;
            resources?: { resource: string; responseKind: { kind: string }; verbs: string[] }[];
        }[];
    }[];
}

export async function discoverKinds(reader: KubernetesReader): Promise<ListableKind[]> {
    const documents = await Promise.all(["/api", "/apis"].map((path) => reader.get(path, AGGREGATED)));
    const kinds = new Map<string, ListableKind>();
    for (const document of documents as unknown as AggregatedDiscovery[]) {
        for (const group of document.items ?? []) {
            for (const kind of listableKinds(group)) {
                // Versions come in the server's order of preference: the first one counts.
                const name = `${kind.group}/${kind.kind}`;
                if (!kinds.has(name) && !LEFT_OUT_KINDS.has(name)) kinds.set(name, kind);
            }
        }
    }
    return [...kinds.values()];
}

function listableKinds(group: NonNullable<AggregatedDiscovery["items"]>[number]): ListableKind[] {
    const name = group.metadata?.name ?? "";
    if (LEFT_OUT_GROUPS.has(name)) return [];
    return group.versions.flatMap(({ version, resources = [] }) =>
        resources
            .filter((resource) => resource.verbs.includes("list"))
            .map((resource) => ({
                group: name,
                version,
                kind: resource.responseKind.kind,
                path: `${name === "" ? "/api" : `/apis/${name}`}/${version}/${resource.resource}`,
            })),
    );
}
