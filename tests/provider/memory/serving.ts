// Whether requests that pass a Service are answered: pods that are ready behind it, and a certificate that the caller's CA bundle and the name agree with.
import type { KubernetesObject } from "../../../provider/ports/world";
import type { Store } from "./store";

/** In place of X.509: who signed, and for which names. */
export interface FakeCertificate {
    readonly ca: string;
    readonly dnsNames: readonly string[];
}

export function encode(value: unknown): string {
    return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64");
}

export function decode(value: unknown): unknown {
    return JSON.parse(Buffer.from(String(value), "base64").toString());
}

/** Data of a TLS Secret. */
export function tlsData(ca: string, dnsNames: readonly string[]): Record<string, string> {
    return { "ca.crt": encode(ca), "tls.crt": encode({ ca, dnsNames }), "tls.key": encode(`key of ${ca}`) };
}

export function decodeText(value: unknown): string {
    return Buffer.from(String(value), "base64").toString();
}

interface ServiceRef {
    readonly namespace: string;
    readonly name: string;
}

/** A sentence when the Service does not answer under this CA bundle. */
export function problemOf(
    store: Store,
    service: ServiceRef,
    caBundle: string | undefined,
): string | undefined {
    const { namespace, name } = service;
    const pod = podBehind(store, service);
    if (typeof pod === "string") return pod;
    const secretName = mountedSecrets(pod)[0];
    const secret =
        secretName === undefined
            ? undefined
            : store.raw({ apiVersion: "v1", kind: "Secret", namespace, name: secretName });
    if (secret === undefined) return `service "${name}" has no certificate`;
    const certificate = decode((secret.data as Record<string, string>)["tls.crt"]) as FakeCertificate;
    if (caBundle !== encode(certificate.ca)) return "x509: certificate signed by unknown authority";
    const host = `${name}.${namespace}.svc`;
    return certificate.dnsNames.includes(host)
        ? undefined
        : `x509: certificate is valid for ${certificate.dnsNames.join(", ")}, not ${host}`;
}

/** A ready pod, or a sentence when there is none. */
function podBehind(store: Store, { namespace, name }: ServiceRef): KubernetesObject | string {
    const object = store.raw({ apiVersion: "v1", kind: "Service", namespace, name });
    if (object === undefined) return `service "${name}" not found`;
    const selector = Object.entries((object.spec as { selector?: Record<string, string> }).selector ?? {});
    const pod = store
        .all("Pod", namespace)
        .find(
            (candidate) =>
                isReady(candidate) &&
                selector.every(([key, value]) => candidate.metadata.labels?.[key] === value),
        );
    return pod ?? `no endpoints available for service "${name}"`;
}

export function isReady(pod: KubernetesObject): boolean {
    const { conditions = [] } = (pod.status ?? {}) as { conditions?: { type: string; status: string }[] };
    return (
        pod.metadata.deletionTimestamp === undefined &&
        conditions.some(({ type, status }) => type === "Ready" && status === "True")
    );
}

export function mountedSecrets(pod: KubernetesObject): string[] {
    const { volumes = [] } = (pod.spec ?? {}) as { volumes?: { secret?: { secretName: string } }[] };
    return volumes.flatMap(({ secret }) => (secret ? [secret.secretName] : []));
}

interface ClientConfig {
    readonly service?: ServiceRef;
    readonly caBundle?: string;
    /** Of an APIService whose certificate nobody checks. */
    readonly insecureSkipTLSVerify?: boolean;
}

export function conversionProblem(store: Store, crd: KubernetesObject): string | undefined {
    const { conversion } = crd.spec as {
        conversion?: { strategy: string; webhook?: { clientConfig: ClientConfig } };
    };
    const config = conversion?.webhook?.clientConfig;
    return config?.service && problemOf(store, config.service, config.caBundle);
}

/** The first webhook that refuses the creation of this resource. */
export function admissionProblem(store: Store, resource: string): string | undefined {
    for (const object of [
        ...store.all("MutatingWebhookConfiguration"),
        ...store.all("ValidatingWebhookConfiguration"),
    ]) {
        const { webhooks = [] } = object as unknown as {
            webhooks?: { name: string; rules: { resources: string[] }[]; clientConfig: ClientConfig }[];
        };
        for (const { name, rules, clientConfig } of webhooks) {
            if (
                !rules.some(({ resources }) => resources.includes(resource)) ||
                clientConfig.service === undefined
            )
                continue;
            const problem = problemOf(store, clientConfig.service, clientConfig.caBundle);
            if (problem !== undefined) return `failed calling webhook "${name}": ${problem}`;
        }
    }
    return undefined;
}

export function apiServiceProblem(store: Store, name: string): string | undefined {
    const object = store.raw({ apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", name });
    if (object === undefined) return "the server could not find the requested resource";
    const { service, caBundle, insecureSkipTLSVerify } = object.spec as ClientConfig;
    if (service === undefined) return undefined;
    if (insecureSkipTLSVerify !== true) return problemOf(store, service, caBundle);
    const pod = podBehind(store, service);
    return typeof pod === "string" ? pod : undefined;
}
