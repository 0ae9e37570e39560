// The port `Releases` of one mover: Helm's records are Secrets of the simulated cluster, their payload plain JSON.
import type { KubernetesObject, Release, ReleaseFilter, Releases } from "../../../provider/ports/world";
import type { MemoryObjects } from "./objects";
import { decode, encode } from "./serving";

/** What a record holds besides its labels. */
export interface RecordPayload {
    readonly chart: string;
    readonly chartVersion: string;
    readonly appVersion: string;
    readonly charts: readonly string[];
    readonly values: Readonly<Record<string, unknown>>;
    readonly chartDefaults: Readonly<Record<string, unknown>>;
    readonly objects: readonly KubernetesObject[];
}

export function recordSecret(
    name: string,
    namespace: string,
    revision: number,
    status: string,
    payload: RecordPayload,
): KubernetesObject {
    return {
        apiVersion: "v1",
        kind: "Secret",
        metadata: {
            name: `sh.helm.release.v1.${name}.v${revision}`,
            namespace,
            labels: { name, owner: "helm", status, version: String(revision) },
        },
        type: "helm.sh/release.v1",
        data: { release: encode(payload) },
    };
}

export class MemoryReleases implements Releases {
    constructor(readonly objects: MemoryObjects) {}

    async find(chart: string, filter: ReleaseFilter): Promise<Release[]> {
        const [all, marked = []] = await Promise.all([this.#find(chart, filter), filter.likely]);
        const likely = new Set(marked.map((one) => `${one.namespace}/${one.name}`));
        const found = all.filter((one) => likely.has(`${one.namespace}/${one.name}`));
        return found.length > 0 ? found : all;
    }

    async #find(chart: string, { name, namespace, hiddenToo = false }: ReleaseFilter): Promise<Release[]> {
        const owners = ["helm", ...(hiddenToo ? ["pulumi-hyperpod-inference"] : [])];
        const lists = await Promise.all(
            owners.map((owner) =>
                this.objects.list("v1", "Secret", {
                    labelSelector: [`owner=${owner}`, ...(name ? [`name=${name}`] : [])].join(","),
                    ...(namespace ? { namespace } : {}),
                }),
            ),
        );
        const secrets = lists.flat();
        const groups = new Map<string, KubernetesObject[]>();
        for (const secret of secrets) {
            const key = `${secret.metadata.namespace}/${secret.metadata.labels?.name}`;
            groups.set(
                key,
                [...(groups.get(key) ?? []), secret].sort((a, b) => revisionOf(a) - revisionOf(b)),
            );
        }
        return [...groups.values()].flatMap((records) => {
            const newest = records[records.length - 1] as KubernetesObject;
            const text = (newest.data as Record<string, string>).release;
            if (hiddenToo && !isRecord(text)) return [];
            const payload = decode(text) as RecordPayload;
            if (!payload.charts.includes(chart) && name === undefined) return [];
            const { labels = {} } = newest.metadata;
            return [
                {
                    ...payload,
                    name: labels.name ?? "",
                    namespace: newest.metadata.namespace ?? "",
                    revision: revisionOf(newest),
                    status: labels.status ?? "",
                    records: records.map((record) => ({
                        secretName: record.metadata.name,
                        revision: revisionOf(record),
                        status: record.metadata.labels?.status ?? "",
                    })),
                    labels,
                },
            ];
        });
    }

    retire(namespace: string, names: readonly string[]): Promise<void> {
        return this.#label(namespace, names, "pulumi-hyperpod-inference");
    }

    restore(namespace: string, names: readonly string[]): Promise<void> {
        return this.#label(namespace, names, "helm");
    }

    async #label(namespace: string, names: readonly string[], owner: string): Promise<void> {
        for (const name of names)
            await this.objects.merge(
                { apiVersion: "v1", kind: "Secret", namespace, name },
                { metadata: { labels: { owner } } },
            );
    }
}

function revisionOf({ metadata }: KubernetesObject): number {
    return Number(metadata.labels?.version);
}

function isRecord(text: string | undefined): boolean {
    try {
        return typeof decode(text) === "object";
    } catch {
        return false;
    }
}
