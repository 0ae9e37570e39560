// The simulated API server: writes in, stored objects out, with resource versions, generations, field managers, pruning, finalizers and refusals like the real one.
import { ApiError } from "../../../provider/adapters/kubernetes/api";
import {
    groupOf,
    kindOf,
    type Schema,
    storageVersionOf,
    versionsOf,
} from "../../../provider/kubernetes/customResourceDefinitions";
import type {
    KubernetesObject,
    ListOptions,
    ManagedFieldsEntry,
    ObjectRef,
    RemoveOptions,
} from "../../../provider/ports/world";
import type { Data } from "./data";
import { hasLeavesOf, leavesOf, managersAfter, pathsOf, type Writer } from "./fieldManagers";
import { fitsFields } from "./fieldSelector";
import { deepFreeze, isJson, type Json, mergePatch, overlay, pruned, same } from "./json";
import { builtInScope, groupOfApi, keyOfObject, objectKey } from "./kinds";

const CRD = "apiextensions.k8s.io/v1";
const SELECTOR_FIXED = new Set(["Deployment", "DaemonSet"]);

/** As the API server has it: of the decoded values. */
const SECRET_LIMIT = 1024 * 1024;

function addressOf(service: KubernetesObject | undefined): string | undefined {
    return (service?.spec as { clusterIP?: string } | undefined)?.clusterIP;
}

function bytesOf(data: unknown): number {
    return Object.values((data ?? {}) as Record<string, string>).reduce(
        (sum, value) => sum + Buffer.byteLength(value, "base64"),
        0,
    );
}

/** Kept in `spec` by the API server; here beside the others. */
export const OF_NAMESPACES = "kubernetes";

export class Store {
    constructor(
        readonly data: () => Data,
        /** Called after every change, so that controllers look. */
        readonly changed: () => void,
        /** Whether the conversion webhook of a CRD answers; a sentence when it does not. */
        readonly conversionProblem: (crd: KubernetesObject) => string | undefined,
        /** Aggregated APIs that nobody answers for. */
        readonly unansweredApis: () => readonly KubernetesObject[],
    ) {}

    time(): string {
        return `${new Date(this.data().now).toISOString().slice(0, 19)}Z`;
    }

    /** Straight from storage, as etcd has it. */
    raw(ref: ObjectRef): KubernetesObject | undefined {
        return this.data().objects.get(objectKey(ref));
    }

    all(kind: string, namespace?: string): readonly KubernetesObject[] {
        const all = this.#ofKind(kind);
        return namespace === undefined ? all : all.filter(({ metadata }) => metadata.namespace === namespace);
    }

    /** By kind, of the objects as they are: asked thousands of times in a move. */
    #kinds:
        | { readonly of: Data["objects"]; readonly known: Map<string, readonly KubernetesObject[]> }
        | undefined;

    #ofKind(kind: string): readonly KubernetesObject[] {
        const { objects } = this.data();
        if (this.#kinds?.of !== objects) this.#kinds = { of: objects, known: new Map() };
        const known = this.#kinds.known.get(kind);
        if (known !== undefined) return known;
        const found = [...objects.values()].filter((object) => object.kind === kind);
        this.#kinds.known.set(kind, found);
        return found;
    }

    serves(apiVersion: string, kind: string): boolean {
        return builtInScope(apiVersion, kind) !== undefined || this.#served(apiVersion, kind) !== undefined;
    }

    read(ref: ObjectRef): KubernetesObject | undefined {
        if (!this.serves(ref.apiVersion, ref.kind)) return undefined;
        const stored = this.raw(ref);
        return stored && this.#inVersion(stored, ref.apiVersion);
    }

    list(apiVersion: string, kind: string, options: ListOptions = {}): KubernetesObject[] {
        if (!this.serves(apiVersion, kind)) return [];
        const wanted = (options.labelSelector ?? "")
            .split(",")
            .filter(Boolean)
            .map((term) => term.split("=") as [string, string]);
        const group = groupOfApi(apiVersion);
        const found = this.all(kind, options.namespace).filter(
            (object) =>
                groupOfApi(object.apiVersion) === group &&
                fitsFields(object, options.fieldSelector) &&
                wanted.every(([key, value]) =>
                    key.startsWith("!")
                        ? object.metadata.labels?.[key.slice(1)] === undefined
                        : object.metadata.labels?.[key] === value,
                ),
        );
        return found.map((object) => {
            const { metadata } = this.#inVersion(object, apiVersion);
            return options.metadataOnly
                ? { apiVersion, kind, metadata }
                : this.#inVersion(object, apiVersion);
        });
    }

    create(object: KubernetesObject, writer: Writer): KubernetesObject {
        this.#mustBeServed(object);
        const { namespace } = object.metadata;
        if (
            namespace !== undefined &&
            this.raw({ apiVersion: "v1", kind: "Namespace", name: namespace }) === undefined
        )
            throw refusal(404, "NotFound", `namespaces "${namespace}" not found`);
        if (this.#isTerminating(namespace))
            throw refusal(
                403,
                "Forbidden",
                `unable to create new content in namespace ${namespace} because it is being terminated`,
            );
        if (this.data().objects.has(keyOfObject(object)))
            throw refusal(409, "AlreadyExists", `${object.kind} ${object.metadata.name} already exists`);
        return this.#put(undefined, object, writer);
    }

    #isTerminating(name = ""): boolean {
        const namespace = this.raw({ apiVersion: "v1", kind: "Namespace", name });
        return namespace?.metadata.deletionTimestamp !== undefined;
    }

    /** PUT on top of the given or the live resource version. */
    update(object: KubernetesObject, writer: Writer): KubernetesObject {
        const live = this.#live(object.apiVersion, object);
        const { managedFields, ...metadata } = object.metadata;
        return this.#put(live, { ...object, metadata }, writer, managedFields);
    }

    merge(ref: ObjectRef, patch: unknown, writer: Writer): KubernetesObject {
        const live = this.#live(ref.apiVersion, {
            ...ref,
            metadata: { name: ref.name, ...(ref.namespace ? { namespace: ref.namespace } : {}) },
        });
        const next = mergePatch(live, patch) as KubernetesObject;
        const given = (patch as { metadata?: { managedFields?: ManagedFieldsEntry[] } }).metadata
            ?.managedFields;
        return this.#put(live, next, writer, given);
    }

    /** Server-side apply with force. `keepForeign` leaves values that somebody else set otherwise. */
    apply(object: KubernetesObject, manager: string, keepForeign = false): void {
        const writer: Writer = { manager, operation: "Apply" };
        const live = this.raw({ ...object, ...object.metadata });
        let wanted = leavesOf(object);
        if (live === undefined) {
            this.create(object, writer);
            return;
        }
        const owners = live.metadata.managedFields ?? [];
        const mine = pathsOf(
            owners.find((entry) => entry.manager === manager && entry.operation === "Apply")?.fieldsV1,
        );
        const others = owners.filter((entry) => entry.manager !== manager);
        const isOthers = (path: string) => others.some((entry) => pathsOf(entry.fieldsV1).has(path));
        const before = leavesOf(live);
        let next = overlay(live, object) as KubernetesObject;
        if (keepForeign) {
            const kept = [...wanted].filter(
                ([path, value]) => before.has(path) && before.get(path) !== value && isOthers(path),
            );
            for (const [path] of kept) next = setPath(next, path, JSON.parse(before.get(path) ?? "null"));
            wanted = new Map([...wanted].filter(([path]) => !kept.some(([one]) => one === path)));
        }
        for (const path of mine)
            if (!wanted.has(path) && !isOthers(path)) next = setPath(next, path, undefined);
        const { resourceVersion: _, ...metadata } = next.metadata;
        this.#put(live, { ...next, metadata }, writer, undefined, new Set(wanted.keys()));
    }

    status(
        object: KubernetesObject,
        manager: string,
        status: Json,
        annotations: Record<string, string> = {},
    ): void {
        const live = this.raw({ ...object, ...object.metadata });
        if (live === undefined) return;
        const merged = { ...(live.metadata.annotations ?? {}), ...annotations };
        const metadata = {
            ...live.metadata,
            ...(Object.keys(merged).length > 0 ? { annotations: merged } : {}),
        };
        const next = { ...live, metadata, status };
        if (same(next, live)) return;
        this.#store(live, next, { manager, operation: "Update", subresource: "status" });
    }

    remove(ref: ObjectRef, options: RemoveOptions = {}): void {
        const live = this.raw(ref);
        if (live === undefined) return;
        if (options.uid !== undefined && live.metadata.uid !== options.uid)
            throw refusal(409, "Conflict", `${ref.kind} ${ref.name} has another UID`);
        const version = options.resourceVersion;
        if (version !== undefined && live.metadata.resourceVersion !== version)
            throw refusal(409, "Conflict", `${ref.kind} ${ref.name}: the object has been modified`);
        if (options.orphan) this.#orphan(live);
        if ((live.metadata.finalizers ?? []).length > 0 || live.kind === "Pod") {
            if (live.metadata.deletionTimestamp === undefined)
                this.#set({ ...live, metadata: { ...live.metadata, deletionTimestamp: this.time() } });
        } else this.erase(live);
    }

    erase(object: KubernetesObject): void {
        const data = this.data();
        const key = keyOfObject(object);
        if (!data.objects.delete(key)) return;
        this.#kinds?.known.delete(object.kind);
        if (data.guarded.has(key)) data.violations.push(`${key} was deleted`);
        if (object.kind === "Namespace")
            for (const inside of [...data.objects.values()])
                if (inside.metadata.namespace === object.metadata.name) this.erase(inside);
        if (object.kind === "CustomResourceDefinition")
            for (const one of this.all(kindOf(object)))
                if (groupOfApi(one.apiVersion) === groupOf(object)) this.erase(one);
        this.endEmptyNamespace(object.metadata.namespace);
        this.changed();
    }

    /** One that was deleted goes with the last thing in it, when every API of the cluster answered what there is. */
    endEmptyNamespace(name = ""): void {
        const namespace = this.raw({ apiVersion: "v1", kind: "Namespace", name });
        const { deletionTimestamp, finalizers } = namespace?.metadata ?? {};
        if (namespace === undefined || deletionTimestamp === undefined) return;
        const isHeld = [...this.data().objects.values()].some(({ metadata }) => metadata.namespace === name);
        if (!isHeld && same(finalizers, [OF_NAMESPACES]) && this.#isDiscovered(namespace))
            this.erase(namespace);
    }

    /** What holds the namespace is told as Kubernetes tells it. */
    #isDiscovered(namespace: KubernetesObject): boolean {
        const unanswered = this.unansweredApis();
        for (const api of unanswered)
            this.status(api, "kube-apiserver", { conditions: [{ type: "Available", status: "False" }] });
        const message = unanswered.map(({ spec }) => {
            const { group, version } = spec as { group: string; version: string };
            return `stale GroupVersion discovery: ${group}/${version}`;
        });
        if (message.length > 0)
            this.status(namespace, "kube-controller-manager", {
                conditions: [
                    {
                        type: "NamespaceDeletionDiscoveryFailure",
                        status: "True",
                        message: `Discovery failed for some groups, ${message.join(", ")}`,
                    },
                ],
            });
        return unanswered.length === 0;
    }

    #orphan(owner: KubernetesObject): void {
        for (const object of [...this.data().objects.values()]) {
            const owners = object.metadata.ownerReferences ?? [];
            if (!owners.some(({ uid }) => uid === owner.metadata.uid)) continue;
            const rest = owners.filter(({ uid }) => uid !== owner.metadata.uid);
            this.#store(object, withOwners(object, rest), {
                manager: "kube-controller-manager",
                operation: "Update",
            });
        }
    }

    #live(
        apiVersion: string,
        { kind, metadata }: Pick<KubernetesObject, "kind" | "metadata">,
    ): KubernetesObject {
        this.#mustBeServed({ apiVersion, kind });
        const { name, namespace } = metadata;
        const stored = this.raw({ apiVersion, kind, name, ...(namespace ? { namespace } : {}) });
        if (stored === undefined)
            throw refusal(404, "NotFound", `${kind} ${namespace ?? ""}/${name} not found`);
        return this.#inVersion(stored, apiVersion);
    }

    #put(
        live: KubernetesObject | undefined,
        sent: KubernetesObject,
        writer: Writer,
        given?: readonly ManagedFieldsEntry[],
        applied?: ReadonlySet<string>,
    ): KubernetesObject {
        const sentVersion = sent.metadata.resourceVersion;
        if (live !== undefined && sentVersion !== undefined && sentVersion !== live.metadata.resourceVersion)
            throw refusal(
                409,
                "Conflict",
                `${sent.kind} ${sent.metadata.name}: the object has been modified`,
            );
        if (live !== undefined && SELECTOR_FIXED.has(sent.kind) && !same(selectorOf(live), selectorOf(sent)))
            throw refusal(422, "Invalid", `${sent.kind} ${sent.metadata.name}: spec.selector is immutable`);
        const [address, wanted] = [addressOf(live), addressOf(sent)];
        if (sent.kind === "Service" && address !== undefined && wanted !== undefined && address !== wanted)
            throw refusal(
                422,
                "Invalid",
                `Service ${sent.metadata.name}: spec.clusterIP may not change once set`,
            );
        const refused = this.refusedBy(sent);
        if (refused !== undefined) throw refusal(403, "Forbidden", refused);
        if (sent.kind === "Secret" && bytesOf(sent.data) > SECRET_LIMIT)
            throw refusal(422, "Invalid", `Secret ${sent.metadata.name}: data: Too long`);
        const { uid, generation, creationTimestamp, deletionTimestamp } = live?.metadata ?? {};
        const { status: _, ...content } = sent;
        const next = this.#prunedBySchema({
            ...content,
            ...(live?.status === undefined ? {} : { status: live.status }),
            metadata: {
                ...tidy(sent.metadata),
                uid: uid ?? `uid-${this.#count()}`,
                generation: generation ?? 1,
                creationTimestamp: creationTimestamp ?? this.time(),
                ...(deletionTimestamp ? { deletionTimestamp } : {}),
            },
        } as KubernetesObject);
        return this.#store(live, next, writer, applied, given);
    }

    #store(
        live: KubernetesObject | undefined,
        next: KubernetesObject,
        writer: Writer,
        applied?: ReadonlySet<string>,
        given?: readonly ManagedFieldsEntry[],
    ): KubernetesObject {
        const managedFields = managersAfter(live, next, writer, this.time(), applied, given);
        const { resourceVersion: _, managedFields: __, ...metadata } = next.metadata;
        const specChanged =
            live !== undefined &&
            !same({ ...live, metadata: 0, status: 0 }, { ...next, metadata: 0, status: 0 });
        const generation = (live?.metadata.generation ?? 1) + (specChanged ? 1 : 0);
        const complete = {
            ...next,
            metadata: { ...metadata, generation, ...(managedFields.length > 0 ? { managedFields } : {}) },
        };
        if (
            live !== undefined &&
            same(
                {
                    ...complete,
                    metadata: { ...complete.metadata, resourceVersion: live.metadata.resourceVersion },
                },
                live,
            )
        )
            return live;
        if (
            complete.metadata.deletionTimestamp !== undefined &&
            (complete.metadata.finalizers ?? []).length === 0 &&
            complete.kind !== "Pod"
        ) {
            this.erase(complete);
            return complete;
        }
        hasLeavesOf(complete, next);
        return this.#set(complete);
    }

    #set(object: KubernetesObject): KubernetesObject {
        const stored = deepFreeze({
            ...object,
            metadata: { ...object.metadata, resourceVersion: String(this.#count()) },
        });
        hasLeavesOf(stored, object);
        this.data().objects.set(keyOfObject(stored), stored);
        this.#kinds?.known.delete(stored.kind);
        this.changed();
        return stored;
    }

    /** What a policy of the cluster says to the object. */
    refusedBy(object: KubernetesObject): string | undefined {
        for (const policy of this.data().policies) {
            const why = policy(object);
            if (why !== undefined) return why;
        }
        return undefined;
    }

    #count(): number {
        this.data().counter += 1;
        return this.data().counter;
    }

    definitionOf(apiVersion: string, kind: string): KubernetesObject | undefined {
        const group = groupOfApi(apiVersion);
        return this.all("CustomResourceDefinition").find(
            (crd) => groupOf(crd) === group && kindOf(crd) === kind,
        );
    }

    #served(apiVersion: string, kind: string): KubernetesObject | undefined {
        const crd = this.definitionOf(apiVersion, kind);
        return crd && versionsOf(crd).some(({ name, served }) => served && apiVersion.endsWith(`/${name}`))
            ? crd
            : undefined;
    }

    #mustBeServed({ apiVersion, kind }: { apiVersion: string; kind: string }): void {
        if (!this.serves(apiVersion, kind))
            throw refusal(404, "NotFound", `no matches for kind "${kind}" in version "${apiVersion}"`);
    }

    /** The form of a stored object that was asked for last. */
    readonly #inVersions = new WeakMap<object, { crd: KubernetesObject; form: KubernetesObject }>();

    #inVersion(object: KubernetesObject, apiVersion: string): KubernetesObject {
        const crd = this.definitionOf(apiVersion, object.kind);
        if (crd === undefined || object.apiVersion === CRD) return object;
        if (object.apiVersion !== apiVersion) {
            const problem = this.conversionProblem(crd);
            if (problem !== undefined)
                throw refusal(
                    500,
                    "InternalError",
                    `conversion webhook for ${apiVersion}, Kind=${object.kind} failed: ${problem}`,
                );
        }
        const known = this.#inVersions.get(object);
        if (known?.crd === crd && known.form.apiVersion === apiVersion) return known.form;
        const kept = pruned(object, schemaOf(crd, apiVersion)) as KubernetesObject;
        const form = deepFreeze({ ...kept, apiVersion });
        this.#inVersions.set(object, { crd, form });
        return form;
    }

    #prunedBySchema(object: KubernetesObject): KubernetesObject {
        const crd = this.definitionOf(object.apiVersion, object.kind);
        if (crd === undefined) return object;
        const kept = pruned(object, schemaOf(crd, object.apiVersion)) as KubernetesObject;
        return { ...kept, apiVersion: `${groupOf(crd)}/${storageVersionOf(crd)}` };
    }
}

export function refusal(status: number, reason: string, message: string): ApiError {
    return new ApiError(status, { reason, message }, { method: "PATCH", path: "memory" });
}

function schemaOf(crd: KubernetesObject, apiVersion: string): Schema | undefined {
    return versionsOf(crd).find(({ name }) => apiVersion.endsWith(`/${name}`))?.schema?.openAPIV3Schema;
}

function selectorOf(object: KubernetesObject): unknown {
    return (object.spec as { selector?: unknown } | undefined)?.selector;
}

export function withOwners(object: KubernetesObject, owners: readonly unknown[]): KubernetesObject {
    const { ownerReferences: _, ...metadata } = object.metadata;
    return {
        ...object,
        metadata: {
            ...metadata,
            ...(owners.length > 0 ? { ownerReferences: owners } : {}),
        } as KubernetesObject["metadata"],
    };
}

/** Empty maps and lists are not stored. */
function tidy(metadata: KubernetesObject["metadata"]): KubernetesObject["metadata"] {
    const { resourceVersion: _, managedFields: __, ...rest } = metadata;
    return Object.fromEntries(
        Object.entries(rest).filter(
            ([, value]) =>
                !(typeof value === "object" && value !== null && Object.keys(value).length === 0) &&
                value !== undefined,
        ),
    ) as KubernetesObject["metadata"];
}

function setPath<T>(object: T, path: string, value: unknown): T {
    const [first = "", ...rest] = path.split("\n");
    const key = first.slice(2);
    if (Array.isArray(object)) {
        const { name } = JSON.parse(key) as { name?: string };
        return object.map((item: Json) =>
            item.name === name && rest.length > 0 ? setPath(item, rest.join("\n"), value) : item,
        ) as T;
    }
    if (!isJson(object)) return object;
    const result: Json = { ...object };
    if (rest.length > 0) result[key] = setPath(result[key], rest.join("\n"), value);
    else if (value === undefined) delete result[key];
    else result[key] = value;
    return result as T;
}
