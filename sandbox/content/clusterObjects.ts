// In: Kubernetes objects as plain JSON. Out: they exist in the sandbox's cluster, made as the given field manager. Deletes nothing.

import { ApiClient, isStatus } from "../kubernetes/apiClient";
import type { Sandbox } from "../sandboxHandle";

export interface ClusterObject {
    apiVersion: string;
    kind: string;
    metadata: {
        name: string;
        namespace?: string;
        uid?: string;
        labels?: Record<string, string>;
        annotations?: Record<string, string>;
        [field: string]: unknown;
    };
    [field: string]: unknown;
}

const conflictRetries = 5;
const retryDelayMs = 200;

// Plurals that are not the lower-case kind with an s.
const plurals: Record<string, string> = { Ingress: "ingresses", IngressClass: "ingressclasses" };
const clusterScoped = new Set([
    "Namespace",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleBinding",
    "IngressClass",
]);

export class ClusterObjects {
    private readonly client: ApiClient;

    constructor(sandbox: Sandbox) {
        this.client = new ApiClient({
            server: sandbox.apiServerUrl,
            caFile: sandbox.caFile,
            certFile: sandbox.clientCertFile,
            keyFile: sandbox.clientKeyFile,
            userAgent: "sandbox-content",
        });
    }

    create(object: ClusterObject, manager: string): Promise<ClusterObject> {
        const collection = collectionPath(object.apiVersion, object.kind, object.metadata.namespace);
        return this.retried<ClusterObject>({
            method: "POST",
            path: `${collection}?fieldManager=${manager}`,
            body: object,
        });
    }

    createAll(objects: ClusterObject[], manager: string): Promise<ClusterObject[]> {
        return Promise.all(objects.map((object) => this.create(object, manager)));
    }

    get(apiVersion: string, kind: string, name: string, namespace?: string): Promise<ClusterObject> {
        return this.retried<ClusterObject>({
            path: `${collectionPath(apiVersion, kind, namespace)}/${name}`,
        });
    }

    async list(apiVersion: string, kind: string): Promise<ClusterObject[]> {
        const list = await this.retried<{ items: ClusterObject[] }>({
            path: collectionPath(apiVersion, kind),
        });
        return list.items;
    }

    /** A merge patch of the object, or of one of its subresources. */
    patch(object: ClusterObject, change: object, manager: string, subresource = ""): Promise<ClusterObject> {
        const path = `${objectPath(object)}${subresource === "" ? "" : `/${subresource}`}?fieldManager=${manager}`;
        return this.retried<ClusterObject>({ method: "PATCH", path, body: change, contentType: "merge" });
    }

    raw<T>(path: string): Promise<T> {
        return this.retried<T>({ path });
    }

    close(): void {
        this.client.close();
    }

    // A CRD change makes the API server answer 429 for about a second.
    private async retried<T>(call: Parameters<ApiClient["call"]>[0]): Promise<T> {
        for (let attempt = 1; ; attempt++) {
            try {
                return await this.client.call<T>(call);
            } catch (error) {
                if (attempt > conflictRetries || !isStatus(error, 409, 429, 503) || isExisting(error))
                    throw error;
                await new Promise((resolve) => setTimeout(resolve, retryDelayMs * attempt));
            }
        }
    }
}

function isExisting(error: unknown): boolean {
    return isStatus(error, 409) && (error as { reason?: string }).reason === "AlreadyExists";
}

function objectPath(object: ClusterObject): string {
    const { name, namespace } = object.metadata;
    return `${collectionPath(object.apiVersion, object.kind, namespace)}/${name}`;
}

function collectionPath(apiVersion: string, kind: string, namespace?: string): string {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
    const scope = namespace === undefined || clusterScoped.has(kind) ? "" : `/namespaces/${namespace}`;
    return `${root}${scope}/${plural}`;
}
