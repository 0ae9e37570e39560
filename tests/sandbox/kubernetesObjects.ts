// In: a sandbox. Out: small Kubernetes objects and waits for the tests of the sandbox itself. Asserts nothing by itself.
import { availableParallelism, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiClient } from "../../sandbox/kubernetes/apiClient";
import type { KubeObject, Pod } from "../../sandbox/kubernetes/objectTypes";
import type { Sandbox } from "../../sandbox/sandbox";

export const image = (name: string): string => `registry.invalid/hyperpod/${name}:v1`;

/** Our time limits are for a machine that does nothing else; on a busy one they are longer. */
export function onThisMachine(milliseconds: number): number {
    return milliseconds * Math.max(1, ((loadavg()[0] ?? 0) * 1.5) / availableParallelism());
}

export function adminClient(sandbox: Sandbox, userAgent = "kubernetes-test"): ApiClient {
    return new ApiClient({
        server: sandbox.apiServerUrl,
        caFile: sandbox.caFile,
        certFile: sandbox.clientCertFile,
        keyFile: sandbox.clientKeyFile,
        userAgent,
    });
}

/** Ends with the first value that is not undefined; says at the end what it waited for. */
export async function eventually<T>(
    what: string,
    look: () => Promise<T | undefined>,
    timeoutMs = 10_000,
): Promise<T> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
        const found = await look();
        if (found !== undefined) return found;
        if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
        await sleep(30);
    }
}

export interface DeploymentOptions {
    namespace?: string;
    replicas?: number;
    secret?: string;
    /** Pods start without it. */
    isSecretOptional?: boolean;
    initContainer?: boolean;
    serviceAccountName?: string;
    kind?: "Deployment" | "DaemonSet";
}

/** One container; with `secret`, it mounts that Secret. */
export function workload(name: string, imageName: string, options: DeploymentOptions = {}): KubeObject {
    const {
        kind = "Deployment",
        secret,
        isSecretOptional = false,
        replicas = 1,
        serviceAccountName,
    } = options;
    const labels = { app: name };
    const podSpec = {
        containers: [{ name: "main", image: image(imageName) }],
        ...(options.initContainer === true
            ? { initContainers: [{ name: "wait", image: image("wait") }] }
            : {}),
        ...(secret === undefined
            ? {}
            : { volumes: [{ name: "secret", secret: { secretName: secret, optional: isSecretOptional } }] }),
        ...(serviceAccountName === undefined ? {} : { serviceAccountName }),
    };
    const spec = {
        ...(kind === "Deployment" ? { replicas } : {}),
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec },
    };
    const object = {
        apiVersion: "apps/v1",
        kind,
        metadata: { name, namespace: options.namespace ?? "default" },
        spec,
    };
    return object;
}

export function service(name: string, app: string, port: number, namespace = "default"): KubeObject {
    const spec = { selector: { app }, ports: [{ name: "https", port: 443, targetPort: port }] };
    const object = { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec };
    return object;
}

/** A CRD that accepts any content. */
export function crd(plural: string, kind: string, group: string, more: object = {}): KubeObject {
    const schema = {
        openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    };
    const spec = {
        group,
        scope: kind.startsWith("Cluster") ? "Cluster" : "Namespaced",
        names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
        versions: [{ name: "v1", served: true, storage: true, schema, subresources: { status: {} } }],
        ...more,
    };
    const apiVersion = "apiextensions.k8s.io/v1";
    const object = {
        apiVersion,
        kind: "CustomResourceDefinition",
        metadata: { name: `${plural}.${group}` },
        spec,
    };
    return object;
}

export const certManagerCrds = (): KubeObject[] => [
    crd("certificates", "Certificate", "cert-manager.io"),
    crd("issuers", "Issuer", "cert-manager.io"),
    crd("clusterissuers", "ClusterIssuer", "cert-manager.io"),
];

const plurals: Record<string, string> = {
    Ingress: "ingresses",
    IngressClass: "ingressclasses",
    CSIDriver: "csidrivers",
};

export function pathOf(object: KubeObject, withName = true): string {
    const { apiVersion = "v1", kind = "", metadata } = object;
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const scope = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
    const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
    return `${root}${scope}/${plural}${withName ? `/${metadata.name}` : ""}`;
}

export async function create<T = KubeObject>(client: ApiClient, ...objects: KubeObject[]): Promise<T> {
    let last: unknown;
    for (const object of objects) {
        last = await client.call({ method: "POST", path: pathOf(object, false), body: object });
    }
    return last as T;
}

export async function podsOf(client: ApiClient, app: string, namespace = "default"): Promise<Pod[]> {
    const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=app%3D${app}`;
    return (await client.call<{ items: Pod[] }>({ path })).items;
}

export const isReady = (pod: Pod): boolean =>
    pod.status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") ??
    false;

export function readyPods(client: ApiClient, app: string, count = 1, namespace = "default"): Promise<Pod[]> {
    return eventually(`${count} Ready pods of ${app}`, async () => {
        const pods = (await podsOf(client, app, namespace)).filter(isReady);
        return pods.length === count ? pods : undefined;
    });
}

/** The first pod of the app whose only container waits for that reason. */
export function podWaiting(client: ApiClient, app: string, reason: string): Promise<Pod> {
    return eventually(`a pod of ${app} in ${reason}`, async () => {
        const pods = await podsOf(client, app);
        return pods.find((pod) => pod.status?.containerStatuses?.[0]?.state.waiting?.reason === reason);
    });
}
