// In: a collection's path. Out: its objects in memory, kept current by a watch that survives outages. Writes nothing.
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "./apiClient";
import { isStatus } from "./apiClient";
import type { KubeObject } from "./objectTypes";

export interface ReflectorOptions {
    client: ApiClient;
    path: string;
    /** For example `fieldSelector=type!=helm.sh/release.v1`, already URL-encoded. */
    query?: string;
    /** Names, labels and annotations only. */
    metadataOnly?: boolean;
    onChange: () => void;
    report: (problem: string) => void;
}

interface WatchEvent<T> {
    type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
    object: T & { message?: string; code?: number };
}

const retryMs = 100;
const longestRetryMs = 1000;
const watchSeconds = 280;

export class Reflector<T extends KubeObject> {
    private readonly objects = new Map<string, T>();
    private readonly ending = new AbortController();
    private loop: Promise<void> | undefined;
    private isSynced = false;
    /** The newest version that the API server has told. */
    private latest = 0n;

    constructor(private readonly options: ReflectorOptions) {}

    start(): this {
        this.loop ??= this.run();
        return this;
    }

    /** What is known until the first list arrives. */
    seed(objects: T[]): void {
        for (const object of objects) this.objects.set(keyOf(object), object);
    }

    get synced(): boolean {
        return this.isSynced;
    }

    list(): T[] {
        return [...this.objects.values()];
    }

    get(name: string, namespace = ""): T | undefined {
        return this.objects.get(`${namespace}/${name}`);
    }

    /** What a write answered, so that nobody acts on the older form before the watch brings the new one. */
    put(object: T): void {
        // Not newer than what the watch has told: it may even have told that the object is gone.
        if (versionOf(object) <= this.latest) return;
        this.objects.set(keyOf(object), object);
        this.options.onChange();
    }

    async stop(): Promise<void> {
        this.ending.abort();
        await this.loop;
    }

    private async run(): Promise<void> {
        for (let delay = retryMs; !this.ending.signal.aborted; delay = Math.min(delay * 2, longestRetryMs)) {
            try {
                const version = await this.relist();
                delay = retryMs;
                await this.watch(version);
            } catch (error) {
                if (this.ending.signal.aborted) return;
                // 410: the version is too old; 404: the CRD is not there (yet)
                if (!isStatus(error, 404, 410))
                    this.options.report(`${this.options.path}: ${(error as Error).message}`);
                const { signal } = this.ending;
                await sleep(delay, undefined, { signal }).catch(() => undefined); // woken by stop()
            }
        }
    }

    private async relist(): Promise<string> {
        type List = { metadata: { resourceVersion: string }; items: T[] | null };
        const list = await this.options.client.call<List>({
            path: this.url(),
            signal: this.ending.signal,
            ...this.accept("PartialObjectMetadataList"),
        });
        this.latest = BigInt(list.metadata.resourceVersion);
        this.objects.clear();
        for (const item of list.items ?? []) this.objects.set(keyOf(item), item);
        this.isSynced = true;
        this.options.onChange();
        return list.metadata.resourceVersion;
    }

    private async watch(version: string): Promise<void> {
        const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=${watchSeconds}&resourceVersion=${version}`;
        const response = await this.options.client.stream({
            path: this.url(query),
            timeoutMs: (watchSeconds + 20) * 1000,
            signal: this.ending.signal,
            ...this.accept("PartialObjectMetadata"),
        });
        response.setEncoding("utf8");
        let rest = "";
        for await (const chunk of response as AsyncIterable<string>) {
            const lines = (rest + chunk).split("\n");
            rest = lines.pop() ?? "";
            for (const line of lines) this.handle(JSON.parse(line) as WatchEvent<T>);
            if (lines.length > 0) this.options.onChange();
        }
    }

    private handle(event: WatchEvent<T>): void {
        if (event.type === "ERROR") throw new Error(`watch: ${event.object.message}`);
        this.latest = versionOf(event.object);
        if (event.type === "DELETED") this.objects.delete(keyOf(event.object));
        else if (event.type !== "BOOKMARK") this.objects.set(keyOf(event.object), event.object);
    }

    private url(extra?: string): string {
        const query = [this.options.query, extra].filter((part) => part !== undefined).join("&");
        return query === "" ? this.options.path : `${this.options.path}?${query}`;
    }

    private accept(kind: string): { accept: string } | object {
        return this.options.metadataOnly === true
            ? { accept: `application/json;as=${kind};g=meta.k8s.io;v=v1` }
            : {};
    }
}

function keyOf(object: KubeObject): string {
    return `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}

function versionOf(object: KubeObject): bigint {
    return BigInt(object.metadata.resourceVersion ?? "0");
}
