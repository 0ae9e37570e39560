// The port `Objects` of one mover, on the simulated API server.
import { refTo } from "../../../provider/kubernetes/objectRef";
import type {
    Gate,
    KubernetesObject,
    ListOptions,
    ObjectMeta,
    ObjectRef,
    Objects,
    ProbeAnswer,
    ProbeRequest,
    RemoveOptions,
} from "../../../provider/ports/world";
import { derivedSlices } from "./endpoints";
import { mergePatch } from "./json";
import type { Mover } from "./mover";
import { admissionProblem, apiServiceProblem } from "./serving";
import { refusal, type Store } from "./store";

const MOVER_MANAGER = { manager: "pulumi-hyperpod-inference", operation: "Update" } as const;

/** Kinds that the real adapter does not search for what an add-on made. */
const NOT_SEARCHED = new Set(["Lease", "Pod", "ReplicaSet"]);

/** A leader that lives renews its Lease: whoever reads it sees that. */
function renewed(store: Store, lease: KubernetesObject | undefined): KubernetesObject | undefined {
    if (lease?.kind !== "Lease") return lease;
    const { leaders, now } = store.data();
    const { holderIdentity } = (lease.spec ?? {}) as { holderIdentity?: string };
    const leads = store
        .all("Pod", lease.metadata.namespace)
        .some(({ metadata }) => metadata.name === holderIdentity && leaders.has(metadata.uid ?? ""));
    return leads
        ? { ...lease, spec: { ...(lease.spec as object), renewTime: new Date(now).toISOString() } }
        : lease;
}

export class MemoryObjects implements Objects {
    constructor(
        readonly store: Store,
        readonly mover: Mover,
        readonly gate: Gate,
    ) {}

    read(ref: ObjectRef): Promise<KubernetesObject | undefined> {
        return this.mover.read(() => renewed(this.store, this.store.read(ref)));
    }

    exists(ref: ObjectRef): Promise<boolean> {
        return this.mover.read(() => this.store.read(ref) !== undefined);
    }

    list(apiVersion: string, kind: string, options?: ListOptions): Promise<KubernetesObject[]> {
        return this.mover.read(() => [
            ...this.store.list(apiVersion, kind, options),
            ...(kind === "EndpointSlice" ? derivedSlices(this.store, options) : []),
        ]);
    }

    createdBy(manager: string, since: string, groups?: readonly string[]) {
        return this.mover.read(() => ({
            unanswered: [],
            objects: [...this.store.data().objects.values()].filter(
                ({ apiVersion, kind, metadata }) =>
                    !NOT_SEARCHED.has(kind) &&
                    (metadata.creationTimestamp ?? "") >= since &&
                    (metadata.managedFields ?? []).some((entry) => entry.manager === manager) &&
                    (groups === undefined ||
                        groups.includes(apiVersion.split("/")[0] ?? "") ||
                        this.store.definitionOf(apiVersion, kind) === undefined),
            ),
        }));
    }

    create(object: KubernetesObject): Promise<ObjectMeta> {
        return this.#write(
            `create ${nameOf(refTo(object))}`,
            () => this.store.create(object, MOVER_MANAGER).metadata,
        );
    }

    async replace(
        object: KubernetesObject,
        form: (live: KubernetesObject) => KubernetesObject = () => object,
    ): Promise<void> {
        await this.#write(`replace ${nameOf(refTo(object))}`, () => {
            const live = this.store.read(refTo(object));
            const next = live === undefined ? object : form(live);
            const { resourceVersion: _, managedFields: __, ...metadata } = next.metadata;
            const content = { ...next, metadata };
            return live === undefined
                ? this.store.create(content, MOVER_MANAGER)
                : this.store.update(content, MOVER_MANAGER);
        });
    }

    merge(ref: ObjectRef, patch: unknown): Promise<ObjectMeta> {
        return this.#write(
            `merge ${nameOf(ref)}`,
            () => this.store.merge(ref, JSON.parse(JSON.stringify(patch)), MOVER_MANAGER).metadata,
        );
    }

    async remove(ref: ObjectRef, options?: RemoveOptions): Promise<void> {
        await this.#write(`remove ${nameOf(ref)}`, () => {
            // The add-on's pods are asked by it, and it comes back only after a while.
            if (ref.kind === "EndpointSlice" && this.#isDerived(ref))
                this.store.data().violations.push(`${nameOf(ref)} of the endpoint controller was deleted`);
            this.store.remove(ref, options);
        });
    }

    #isDerived({ name, namespace = "" }: ObjectRef): boolean {
        return derivedSlices(this.store, { namespace }).some(({ metadata }) => metadata.name === name);
    }

    serves(apiVersion: string, kind: string): Promise<boolean> {
        return this.mover.read(() => this.store.serves(apiVersion, kind));
    }

    rediscover(): void {
        // Nothing is remembered here.
    }

    serverTime(): Promise<string> {
        return this.mover.read(() => this.store.time());
    }

    probe(request: ProbeRequest): Promise<ProbeAnswer> {
        return this.mover.read(() => {
            try {
                return answerTo(this.store, request);
            } catch (error) {
                const { status = 0, message } = error as Error & { status?: number };
                return { status, message };
            }
        });
    }

    async #write<T>(what: string, call: () => T): Promise<T> {
        return this.mover.write(what, call, this.gate);
    }
}

function answerTo(store: Store, { method, path, body }: ProbeRequest): ProbeAnswer {
    const [, namespace, name] =
        /^\/apis\/apps\/v1\/namespaces\/([^/]+)\/deployments\/([^/]+)$/.exec(path) ?? [];
    if (method === "PATCH" && namespace !== undefined && name !== undefined) {
        const live = store.read({ apiVersion: "apps/v1", kind: "Deployment", namespace, name });
        if (live === undefined) throw refusal(404, "NotFound", `${path} is not there`);
        return answer(store.refusedBy(mergePatch(live, body) as KubernetesObject), 403);
    }
    if (method === "POST" && path.endsWith("/pods"))
        return answer(store.refusedBy(body as KubernetesObject), 403);
    const [, group, version] = /^\/apis\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    if (group !== undefined && version !== undefined) {
        const name = `${version}.${group}`;
        const ref = { apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", name };
        if (store.raw(ref) === undefined) throw refusal(404, "NotFound", `${path} is not served`);
        return answer(apiServiceProblem(store, name), 503);
    }
    if (method === "POST" && path.endsWith("/configmaps")) {
        const { metadata } = body as KubernetesObject;
        return answer(admissionProblem(store, "configmaps", metadata.labels), 500);
    }
    if (method === "POST" && path.endsWith("/ingresses"))
        return answer(admissionProblem(store, "ingresses"), 500);
    const asCollection =
        method === "PATCH" ? path.replace(/\/namespaces\/[^/]+(\/[^/]+)\/[^/]+$/, "$1") : path;
    const [, apiVersion = "", plural = ""] = /^\/apis\/(.+)\/([^/]+)$/.exec(asCollection) ?? [];
    const crd = store
        .all("CustomResourceDefinition")
        .find(({ metadata }) => metadata.name === `${plural}.${apiVersion.split("/")[0]}`);
    if (crd === undefined) throw refusal(404, "NotFound", `${path} is not served`);
    store.list(apiVersion, (crd.spec as { names: { kind: string } }).names.kind);
    return answer(undefined, 0);
}

function answer(problem: string | undefined, status: number): ProbeAnswer {
    return problem === undefined ? { status: 200, message: "" } : { status, message: problem };
}

function nameOf({ kind, namespace, name }: ObjectRef): string {
    return `${kind} ${namespace ? `${namespace}/` : ""}${name}`;
}
