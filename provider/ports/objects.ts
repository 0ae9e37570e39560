// The port to the API server: objects of any kind, as it sends them, and what it answers to calls as a client would make them.

/** Names one Kubernetes object. `namespace` is absent for cluster-scoped kinds. */
export interface ObjectRef {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
}

export interface ManagedFieldsEntry {
    manager?: string;
    operation?: string;
    apiVersion?: string;
    time?: string;
    subresource?: string;
    fieldsType?: string;
    fieldsV1?: unknown;
}

export interface OwnerReference {
    apiVersion: string;
    kind: string;
    name: string;
    uid: string;
    controller?: boolean;
    blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    finalizers?: string[];
    ownerReferences?: OwnerReference[];
    managedFields?: ManagedFieldsEntry[];
    [key: string]: unknown;
}

/** A Kubernetes object as the API server sent it; never squeezed through a typed model, which would drop what it does not know. */
export interface KubernetesObject {
    apiVersion: string;
    kind: string;
    metadata: ObjectMeta;
    [key: string]: unknown;
}

/** Kubernetes objects of any kind. Reads answer `undefined` for an object that is not there; writes pass the gate first. */
export interface Objects {
    read(ref: ObjectRef): Promise<KubernetesObject | undefined>;
    /** As `read`, but only metadata is sent. */
    exists(ref: ObjectRef): Promise<boolean>;
    list(apiVersion: string, kind: string, options?: ListOptions): Promise<KubernetesObject[]>;
    /**
     * Objects of every kind that `manager` applied and that were created at or after `since` (the API server's time, ISO 8601).
     * Kinds that an extension serves and nobody answers for are named; a built-in kind that is not answered is an error.
     * Of the kinds of extensions those of `groups` alone are searched when they are given: a crowded cluster has hundreds of others.
     */
    createdBy(
        manager: string,
        since: string,
        groups?: readonly string[],
    ): Promise<{ readonly objects: KubernetesObject[]; readonly unanswered: readonly string[] }>;
    /** Answers the metadata it was stored with. */
    create(object: KubernetesObject): Promise<ObjectMeta>;
    /** Puts the object's content in place of the live one, on top of the live resource version. `form` says what that is over the live form which the write meets: somebody may have changed it since it was read. */
    replace(object: KubernetesObject, form?: (live: KubernetesObject) => KubernetesObject): Promise<void>;
    /** JSON merge patch; refused with 409 when it names another `metadata.resourceVersion` than the live one. Answers the metadata afterwards. */
    merge(ref: ObjectRef, patch: unknown): Promise<ObjectMeta>;
    /** Answers when the object is gone or is waiting for its finalizers. An absent object is no error. */
    remove(ref: ObjectRef, options?: RemoveOptions): Promise<void>;
    /** Whether this kind is served at all. */
    serves(apiVersion: string, kind: string): Promise<boolean>;
    /** Forgets what is known of the kinds served; needed after a CRD came or went. */
    rediscover(): void;
    /** The API server's clock, ISO 8601 with whole seconds. */
    serverTime(): Promise<string>;
    /** Calls a path as a client would and answers whether it was served. A refusal is an answer, not an error. */
    probe(request: ProbeRequest): Promise<ProbeAnswer>;
}

export interface RemoveOptions {
    /** Refused with 409 when the live object has another one. */
    readonly uid?: string;
    /** The same. */
    readonly resourceVersion?: string;
    /** Leaves what it owns. */
    readonly orphan?: boolean;
}

export interface ListOptions {
    readonly namespace?: string;
    readonly labelSelector?: string;
    readonly fieldSelector?: string;
    /** As the API server remembers it, perhaps seconds old: it need not read all of the kind for a selector. */
    readonly mayBeOld?: boolean;
    /** Only apiVersion, kind and metadata are sent. */
    readonly metadataOnly?: boolean;
}

export interface ProbeRequest {
    readonly method: "GET" | "POST" | "PATCH";
    readonly path: string;
    /** For POST, and for PATCH as a JSON merge patch: sent with `dryRun=All`, so nothing is stored. */
    readonly body?: unknown;
}

export interface ProbeAnswer {
    /** 0 when there was no answer. */
    readonly status: number;
    readonly message: string;
    /** What was served, or would have been stored. */
    readonly body?: unknown;
}
