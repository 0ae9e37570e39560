// The port `Objects` on a real API server.

import { ErrorCode, MigrationError } from "../../../common/errors";
import { atMost } from "../../../common/limitConcurrency";
import { mapConcurrently } from "../../../common/mapConcurrently";
import { PACKAGE_NAME } from "../../../common/ourMarks";
import { refTo } from "../../kubernetes/objectRef";
import type {
    KubernetesObject,
    ListOptions,
    ObjectMeta,
    ObjectRef,
    Objects,
    ProbeAnswer,
    ProbeRequest,
    RemoveOptions,
} from "../../ports/world";
import { ApiError, type ApiRequest, isStatus, type KubernetesApi } from "./api";
import type { ApiDiscovery } from "./apiDiscovery";
import { readPages } from "./pages";
import { isBuiltIn, isSearched } from "./searchedKinds";

/** The answer to a write is not looked at, nor what a thing is that only has to be there; a CRD's would be 300 kB. */
const SHORT_ANSWER = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
/** With growing waits, about 15 s. */
const CONTENDED_TRIES = 8;
const MERGE_PATCH = "application/merge-patch+json";

const DEFINITIONS = "/apis/apiextensions.k8s.io/";
/** Each makes the API server work out its whole schema again: many at once make all of them slow. */
const DEFINITIONS_AT_ONCE = 2;
const DEFINITION_MS = 90_000;

export class KubernetesObjects implements Objects {
    readonly #aFewDefinitions = atMost(DEFINITIONS_AT_ONCE);

    constructor(
        readonly api: KubernetesApi,
        readonly discovery: ApiDiscovery,
    ) {}

    async read(ref: ObjectRef): Promise<KubernetesObject | undefined> {
        const path = await this.discovery.path(ref);
        if (path === undefined) return undefined;
        return absentAsUndefined(
            this.api.call({ method: "GET", path }).then(({ body }) => body as KubernetesObject),
        );
    }

    async exists(ref: ObjectRef): Promise<boolean> {
        const path = await this.discovery.path(ref);
        if (path === undefined) return false;
        const answer = this.api.call({ method: "GET", path, accept: SHORT_ANSWER });
        return (await absentAsUndefined(answer)) !== undefined;
    }

    async list(apiVersion: string, kind: string, options: ListOptions = {}): Promise<KubernetesObject[]> {
        const path = await this.discovery.path({
            apiVersion,
            kind,
            ...(options.namespace ? { namespace: options.namespace } : {}),
        });
        if (path === undefined) return [];
        return readPages(this.api, path, { apiVersion, kind }, options);
    }

    async createdBy(
        manager: string,
        since: string,
        groups?: readonly string[],
    ): Promise<{ objects: KubernetesObject[]; unanswered: readonly string[] }> {
        const unanswered: string[] = [];
        const kinds = (await this.discovery.all()).filter((kind) => isSearched(kind, groups));
        const lists = await mapConcurrently(kinds, async ({ apiVersion, kind }) => {
            try {
                return await this.list(apiVersion, kind, { metadataOnly: true });
            } catch (error) {
                if (!(error instanceof ApiError)) throw error;
                // The kind went meanwhile, or cannot be listed.
                if (error.status === 404 || error.status === 405) return [];
                // An aggregated API or a conversion webhook may be away for good: told, and never taken for "nothing".
                if (error.status < 500 || isBuiltIn(apiVersion)) throw error;
                unanswered.push(`${kind} of ${apiVersion}`);
                return [];
            }
        });
        const objects = lists
            .flat()
            .filter(
                ({ metadata }) =>
                    (metadata.creationTimestamp ?? "") >= since &&
                    (metadata.managedFields ?? []).some((entry) => entry.manager === manager),
            );
        return { objects, unanswered };
    }

    async create(object: KubernetesObject): Promise<ObjectMeta> {
        return this.#write({
            method: "POST",
            path: await this.#collection(object),
            body: object,
            retryUnanswered: true,
        });
    }

    async replace(
        object: KubernetesObject,
        form: (live: KubernetesObject) => KubernetesObject = () => object,
    ): Promise<void> {
        for (let attempt = 0; ; attempt++) {
            const live = await this.read(refTo(object));
            if (live === undefined) {
                await this.create(withoutServerFields(object));
                return;
            }
            const { uid, resourceVersion } = live.metadata;
            const next = form(live);
            const body = {
                ...next,
                metadata: {
                    ...next.metadata,
                    ...(uid ? { uid } : {}),
                    ...(resourceVersion ? { resourceVersion } : {}),
                    managedFields: undefined,
                },
            };
            try {
                await this.#write({ method: "PUT", path: await this.#path(refTo(object)), body });
                return;
            } catch (error) {
                if (!isStatus(error, 409)) throw error;
                if (attempt >= CONTENDED_TRIES) throw contended(live, error);
                await this.api.backOff(attempt);
            }
        }
    }

    async merge(ref: ObjectRef, patch: unknown): Promise<ObjectMeta> {
        return this.#write({
            method: "PATCH",
            path: await this.#path(ref),
            body: patch,
            contentType: MERGE_PATCH,
        });
    }

    async remove(ref: ObjectRef, options: RemoveOptions = {}): Promise<void> {
        const path = await this.discovery.path(ref);
        if (path === undefined) return;
        const { uid, resourceVersion } = options;
        await absentAsUndefined(
            this.api.call({
                method: "DELETE",
                path,
                body: {
                    apiVersion: "v1",
                    kind: "DeleteOptions",
                    propagationPolicy: options.orphan ? "Orphan" : "Background",
                    ...(uid || resourceVersion ? { preconditions: { uid, resourceVersion } } : {}),
                },
            }),
        );
    }

    async serves(apiVersion: string, kind: string): Promise<boolean> {
        return (await this.discovery.find(apiVersion, kind)) !== undefined;
    }

    rediscover(): void {
        this.discovery.forget();
    }

    async serverTime(): Promise<string> {
        const { date } = await this.api.call({ method: "GET", path: "/version" });
        if (date === undefined) throw new Error("the API server sends no Date header");
        return new Date(date).toISOString().replace(/\.\d+Z$/, "Z");
    }

    async probe({ method, path, body }: ProbeRequest): Promise<ProbeAnswer> {
        try {
            const answer = await this.api.callForAnswer({
                method,
                path,
                body,
                ...(method === "PATCH" ? { contentType: MERGE_PATCH } : {}),
                query: method === "GET" ? { limit: "1" } : { dryRun: "All" },
                storesNothing: true,
                timeoutMs: 5_000,
                retries: 0,
            });
            return {
                status: answer.status,
                message: String((answer.body as { message?: string })?.message ?? ""),
                body: answer.body,
            };
        } catch (error) {
            return { status: 0, message: (error as Error).message };
        }
    }

    async #write(request: ApiRequest): Promise<ObjectMeta> {
        const query = { fieldManager: PACKAGE_NAME };
        const call = { ...request, accept: SHORT_ANSWER, query };
        const { body } = request.path.startsWith(DEFINITIONS)
            ? await this.#aFewDefinitions(() => this.api.call({ ...call, timeoutMs: DEFINITION_MS }))
            : await this.api.call(call);
        return (body as { metadata: ObjectMeta }).metadata;
    }

    async #path(ref: ObjectRef): Promise<string> {
        const path = await this.discovery.path(ref);
        if (path === undefined)
            throw new Error(`the cluster does not serve ${ref.kind} of ${ref.apiVersion}`);
        return path;
    }

    async #collection({ apiVersion, kind, metadata }: KubernetesObject): Promise<string> {
        const { name: _, ...collection } = { ...refTo({ apiVersion, kind, metadata }) };
        const path = await this.discovery.path(collection);
        if (path === undefined) throw new Error(`the cluster does not serve ${kind} of ${apiVersion}`);
        return path;
    }
}

function contended({ kind, metadata }: KubernetesObject, cause: ApiError): MigrationError {
    const newest = [...(metadata.managedFields ?? [])].sort((a, b) =>
        (a.time ?? "") < (b.time ?? "") ? 1 : -1,
    )[0];
    const name = `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ""}${metadata.name}`;
    return new MigrationError({
        code: ErrorCode.ObjectContended,
        step: "write",
        what: `${name} changes faster than it can be written; ${newest?.manager ?? "an unknown field manager"} wrote it last`,
        why: cause.message,
        remedy: "stop that writer, then run the command again",
        cause,
    });
}

/** What a creation must not carry. */
function withoutServerFields(object: KubernetesObject): KubernetesObject {
    const {
        uid: _,
        resourceVersion: __,
        creationTimestamp: ___,
        generation: ____,
        managedFields: _____,
        deletionTimestamp: ______,
        ...metadata
    } = object.metadata;
    return { ...object, metadata: metadata as KubernetesObject["metadata"] };
}

async function absentAsUndefined<T>(call: Promise<T>): Promise<T | undefined> {
    try {
        return await call;
    } catch (error) {
        if (isStatus(error, 404)) return undefined;
        throw error;
    }
}
