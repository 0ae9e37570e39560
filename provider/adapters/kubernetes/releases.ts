// The port `Releases`: Helm's release records, which are Secrets labelled `owner=helm` that hold base64(gzip(JSON)).

import { ErrorCode, MigrationError } from "../../../common/errors";
import { mapConcurrently } from "../../../common/mapConcurrently";
import { PACKAGE_NAME } from "../../../common/ourMarks";
import { UNPACKED_LIMIT_MIB } from "../../../common/unpackedLimit";
import { RECORD_LABEL, RECORD_LABEL_VALUE, recordsSelector } from "../../kubernetes/helmMarks";
import type {
    KubernetesObject,
    Release,
    ReleaseFilter,
    ReleaseName,
    ReleaseRecord,
    Releases,
} from "../../ports/world";
import type { ApiDiscovery } from "./apiDiscovery";
import type { KubernetesObjects } from "./objects";
import { type ChartInside, decodeRelease, documentsIn, type StoredRelease } from "./releaseRecord";

/** Written over `owner=helm`: Helm finds its records by that label alone, and the retired ones stay findable for us. */
const RETIRED_OWNER = PACKAGE_NAME;

/** Each of them is a whole chart in memory. */
const DECODED_AT_ONCE = 4;

export class HelmReleases implements Releases {
    constructor(
        readonly objects: KubernetesObjects,
        readonly discovery: ApiDiscovery,
        /** Takes what people should know of Secrets that are left aside. */
        readonly note: (line: string) => void = () => undefined,
    ) {}

    async find(chart: string, filter: ReleaseFilter): Promise<Release[]> {
        const owners = [RECORD_LABEL_VALUE, ...(filter.hiddenToo === true ? [RETIRED_OWNER] : [])];
        const selector = [
            `${RECORD_LABEL} in (${owners.join(",")})`,
            ...(filter.name ? [recordsSelector(filter.name)] : []),
        ].join(",");
        const [secrets, marked = []] = await Promise.all([
            this.objects.list("v1", "Secret", {
                labelSelector: selector,
                metadataOnly: true,
                ...(filter.namespace ? { namespace: filter.namespace } : {}),
            }),
            filter.likely,
        ]);
        const groups = groupByRelease(secrets);
        const likely = new Set(marked.map(keyOfRelease));
        const recordsOf = (isAsked: (key: string) => boolean) =>
            [...groups].flatMap(([key, records]) => (isAsked(key) ? [records] : []));
        const found = await this.#holding(
            chart,
            recordsOf((key) => likely.has(key)),
            filter,
        );
        if (found.length > 0) return found;
        return this.#holding(
            chart,
            recordsOf((key) => !likely.has(key)),
            filter,
        );
    }

    async #holding(
        chart: string,
        groups: readonly ReleaseSecret[][],
        { name, hiddenToo }: ReleaseFilter,
    ): Promise<Release[]> {
        const releases = await mapConcurrently(
            groups,
            // Whoever asks for hidden ones asks what Helm remembers: a record that cannot be read says nothing.
            (records) => this.#read(records, chart, hiddenToo === true ? undefined : name),
            DECODED_AT_ONCE,
        );
        return releases.filter((release) => release !== undefined);
    }

    async retire(namespace: string, secretNames: readonly string[]): Promise<void> {
        await this.#label(namespace, secretNames, RETIRED_OWNER);
    }

    async restore(namespace: string, secretNames: readonly string[]): Promise<void> {
        await this.#label(namespace, secretNames, RECORD_LABEL_VALUE);
    }

    async #label(namespace: string, names: readonly string[], owner: string): Promise<void> {
        await mapConcurrently(names, (name) =>
            this.objects.merge(
                { apiVersion: "v1", kind: "Secret", namespace, name },
                { metadata: { labels: { [RECORD_LABEL]: owner } } },
            ),
        );
    }

    /** The newest revision; undefined when the release has nothing to do with the chart. */
    async #read(
        records: ReleaseSecret[],
        chart: string,
        named: string | undefined,
    ): Promise<Release | undefined> {
        const newest = records[records.length - 1];
        if (newest === undefined) return undefined;
        const found = await this.#readable(newest, named);
        if (found === undefined) return undefined;
        const { stored, labels } = found;
        const metadata = stored.chart?.metadata ?? {};
        const inside = metadata.dependencies ?? [];
        const charts = [metadata.name ?? "", ...inside.map(({ name }) => name)];
        // A record lists the charts right below its own; what lies deeper shows in the paths of the templates.
        const isInside = charts.includes(chart) || (stored.manifest ?? "").includes(`/charts/${chart}/`);
        if (!isInside && named === undefined) return undefined;
        return {
            name: stored.name,
            namespace: stored.namespace || newest.namespace,
            revision: stored.version,
            status: stored.info?.status ?? newest.record.status,
            chart: metadata.name ?? "",
            chartVersion: metadata.version ?? "",
            appVersion: metadata.appVersion ?? "",
            charts,
            aliases: aliasesOf(inside, stored.manifest ?? ""),
            values: stored.config ?? {},
            chartDefaults: stored.chart?.values ?? {},
            ...(await this.#pristineDefaults(records, stored)),
            ...(await this.#rendered(stored.manifest ?? "", newest.namespace)),
            records: records.map(({ record }) => record),
            labels,
        };
    }

    /** A record that is not the one that was asked for may be anybody's, and anything. */
    async #readable(newest: ReleaseSecret, named: string | undefined): Promise<FoundRecord | undefined> {
        try {
            return await this.#stored(newest);
        } catch (error) {
            const { namespace, record } = newest;
            if (!(error instanceof UnreadableRecord)) throw error;
            if (named !== undefined)
                throw new MigrationError({
                    code: ErrorCode.ReleaseNotFound,
                    step: "plan",
                    what: `the release record in Secret ${namespace}/${record.secretName} cannot be read`,
                    why: error.message,
                    remedy: `look at it with \`helm get all ${named} -n ${namespace}\`; when Helm cannot read it either, bring an older revision back with \`helm rollback\``,
                });
            this.note(
                `the Secret ${namespace}/${record.secretName} carries Helm's label and is no release record that can be read: left aside`,
            );
            return undefined;
        }
    }

    async #stored({ namespace, record }: ReleaseSecret): Promise<FoundRecord | undefined> {
        const ref = { apiVersion: "v1", kind: "Secret", namespace, name: record.secretName };
        const secret = await this.objects.read(ref);
        const field = (secret?.data as { release?: string } | undefined)?.release;
        if (secret === undefined || field === undefined) return undefined;
        try {
            return { stored: decodeRelease(field), labels: secret.metadata.labels ?? {} };
        } catch (error) {
            // What was found there is not quoted: it may be anything.
            const why =
                (error as { code?: string }).code === "ERR_BUFFER_TOO_LARGE"
                    ? `it unpacks to more than ${UNPACKED_LIMIT_MIB} MiB`
                    : "it is not what Helm writes";
            throw new UnreadableRecord(why);
        }
    }

    /** `helm upgrade --reuse-values` stores the user's former values as the chart's own; an install cannot. So the first revision tells, if it was the same chart. */
    async #pristineDefaults(
        records: readonly ReleaseSecret[],
        newest: StoredRelease,
    ): Promise<Pick<Release, "pristineDefaults">> {
        const first = records.find(({ record }) => record.revision === 1);
        if (first === undefined) return {};
        const stored = newest.version === 1 ? newest : (await this.#readableFirst(first))?.stored;
        const isSameChart =
            stored?.chart?.metadata?.name === newest.chart?.metadata?.name &&
            stored?.chart?.metadata?.version === newest.chart?.metadata?.version;
        return isSameChart ? { pristineDefaults: stored?.chart?.values ?? {} } : {};
    }

    /** Nothing depends on the first revision but what it tells of the chart's own values; Helm never reads it again. */
    async #readableFirst(first: ReleaseSecret): Promise<FoundRecord | undefined> {
        try {
            return await this.#stored(first);
        } catch (error) {
            if (!(error instanceof UnreadableRecord)) throw error;
            const { namespace, record } = first;
            this.note(
                `the first revision of the release (Secret ${namespace}/${record.secretName}) cannot be read: ${error.message}; every value of the release counts as the user's own`,
            );
            return undefined;
        }
    }

    /** Helm writes the template's path as a comment over each object. */
    async #rendered(
        manifest: string,
        releaseNamespace: string,
    ): Promise<{ objects: KubernetesObject[]; sources: (string | undefined)[] }> {
        const documents = manifest.split(/^---[ \t]*$/m);
        const parts = await Promise.all(
            documents.map(async (document) => {
                const source = /^# Source: (.+)$/m.exec(document)?.[1]?.trim();
                const objects = await this.#objectsOf(document, releaseNamespace);
                return objects.map((object) => ({ object, source }));
            }),
        );
        const all = parts.flat();
        return { objects: all.map(({ object }) => object), sources: all.map(({ source }) => source) };
    }

    async #objectsOf(manifest: string, releaseNamespace: string): Promise<KubernetesObject[]> {
        const documents = documentsIn(manifest).flatMap(objectsOf);
        return Promise.all(
            documents.map(async (document) => {
                const served = await this.discovery.find(document.apiVersion, document.kind);
                if (served === undefined) return document;
                // Charts name a namespace on cluster-scoped objects too; the API server stores them without.
                const { namespace, ...metadata } = document.metadata;
                return {
                    ...document,
                    metadata: served.namespaced
                        ? { ...metadata, namespace: namespace ?? releaseNamespace }
                        : metadata,
                };
            }),
        );
    }
}

/** Of a chart that is there several times, the name under which it rendered something counts: the others are switched off. */
function aliasesOf(inside: readonly ChartInside[], manifest: string): Record<string, string> {
    const isRendered = ({ name, alias }: ChartInside) => manifest.includes(`/charts/${alias || name}/`);
    const chosen = inside.filter(
        (one) => isRendered(one) || !inside.some((other) => other.name === one.name && isRendered(other)),
    );
    return Object.fromEntries(chosen.flatMap(({ name, alias }) => (alias ? [[name, alias]] : [])));
}

/** Helm installs what a List holds, of one kind or of many; what has no kind, version or name is none. */
function objectsOf(document: KubernetesObject | null | undefined): KubernetesObject[] {
    if (typeof document?.kind !== "string" || typeof document.apiVersion !== "string") return [];
    const { apiVersion, kind, items } = document as KubernetesObject & { items?: unknown };
    const ofList = { apiVersion, kind: kind.slice(0, -"List".length) };
    if (Array.isArray(items) && kind.endsWith("List"))
        return (items as (KubernetesObject | null)[]).flatMap((item) =>
            item === null ? [] : objectsOf(kind === "List" ? item : { ...ofList, ...item }),
        );
    return typeof document.metadata?.name === "string" ? [document] : [];
}

class UnreadableRecord extends Error {}

interface FoundRecord {
    readonly stored: StoredRelease;
    readonly labels: Record<string, string>;
}

interface ReleaseSecret {
    readonly namespace: string;
    readonly record: ReleaseRecord;
}

function keyOfRelease({ name, namespace }: ReleaseName): string {
    return `${namespace}/${name}`;
}

/** By release; revisions oldest first. */
function groupByRelease(secrets: readonly KubernetesObject[]): Map<string, ReleaseSecret[]> {
    const groups = new Map<string, ReleaseSecret[]>();
    for (const { metadata } of secrets) {
        const labels = metadata.labels ?? {};
        const key = keyOfRelease({ name: labels.name ?? "", namespace: metadata.namespace ?? "" });
        const record = {
            secretName: metadata.name,
            revision: Number(labels.version || Number.NaN),
            status: labels.status ?? "",
        };
        groups.set(key, [...(groups.get(key) ?? []), { namespace: metadata.namespace ?? "", record }]);
    }
    for (const [key, group] of groups) groups.set(key, inOrder(group));
    return groups;
}

/** Helm writes a revision on each of its records: what carries none beside such as do is somebody else's. */
function inOrder(group: readonly ReleaseSecret[]): ReleaseSecret[] {
    const numbered = group.filter(({ record }) => Number.isInteger(record.revision));
    return (numbered.length > 0 ? numbered : [...group]).sort(
        (a, b) => a.record.revision - b.record.revision,
    );
}
