// Whether requests that pass a Service are answered: pods that are ready behind it, and a certificate that the caller's CA bundle and the name agree with.
import type { KubernetesObject } from "../../../provider/ports/world";
import { Elections, runs } from "./elections";
import { addressOf, type Endpoint, endpointsOf, type ServiceRef } from "./endpoints";
import { presentedBy } from "./podCertificates";
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

/** Data of a Secret whose controller signs its own certificates. */
export function signerData(ca: string, dnsNames: readonly string[]): Record<string, string> {
    return { ...tlsData(ca, dnsNames), "ca.key": encode(keyOfAuthority(ca)) };
}

export function keyOfAuthority(ca: string): string {
    return `signing key of ${ca}`;
}

export function isJsonText(text: string): boolean {
    return text.startsWith("{");
}

export function decodeText(value: unknown): string {
    return Buffer.from(String(value), "base64").toString();
}

/** A sentence when a request to the Service may fail under this CA bundle: the API server may ask any of the pods behind it. */
export function problemOf(
    store: Store,
    service: ServiceRef,
    caBundle: string | undefined,
): string | undefined {
    const endpoints = endpointsBehind(store, service);
    if (typeof endpoints === "string") return endpoints;
    return endpoints
        .map((endpoint) => problemBehind(store, service, endpoint, caBundle))
        .find((problem) => problem !== undefined);
}

function problemBehind(
    store: Store,
    { namespace, name }: ServiceRef,
    endpoint: Endpoint,
    caBundle: string | undefined,
): string | undefined {
    if (typeof endpoint === "string" || !listens(store, endpoint))
        return `dial tcp ${typeof endpoint === "string" ? endpoint : addressOf(endpoint)}: connect: connection refused`;
    // In the order in which the API server looks.
    const problem = certificateProblem(store, { namespace, name }, endpoint);
    if (problem !== undefined) return problem;
    const { ca } = certificateOf(store, endpoint) ?? {};
    return authoritiesIn(caBundle).includes(ca ?? "")
        ? undefined
        : "x509: certificate signed by unknown authority";
}

/** KEDA's operator listens on its leader alone. */
function listens(store: Store, pod: KubernetesObject): boolean {
    const elections = new Elections(
        store,
        () => store.data(),
        () => undefined,
    );
    return !runs(pod, "keda-operator") || elections.acts(pod, "keda-operator");
}

/** Whether the pod presents one under the Service's name. */
export function certificateProblem(
    store: Store,
    { namespace, name }: ServiceRef,
    pod: KubernetesObject,
): string | undefined {
    const certificate = certificateOf(store, pod);
    const host = `${name}.${namespace}.svc`;
    // One that mounts none makes its own.
    if (certificate === undefined) return `x509: certificate is valid for ${pod.metadata.name}, not ${host}`;
    return certificate.dnsNames.includes(host)
        ? undefined
        : `x509: certificate is valid for ${certificate.dnsNames.join(", ")}, not ${host}`;
}

function certificateOf(store: Store, pod: KubernetesObject): FakeCertificate | undefined {
    const secret = presentedBy(store, pod);
    return secret && (decode((secret.data as Record<string, string>)["tls.crt"]) as FakeCertificate);
}

/** One or more of them, a line each, as a PEM file holds several certificates. */
function authoritiesIn(caBundle: string | undefined): string[] {
    const lines = caBundle === undefined ? [] : decodeText(caBundle).split("\n");
    return lines.filter((line) => line !== "" && !line.startsWith("#"));
}

/** Where requests to the Service may go, or a sentence when there is nothing. */
function endpointsBehind(store: Store, { namespace, name }: ServiceRef): Endpoint[] | string {
    const object = store.raw({ apiVersion: "v1", kind: "Service", namespace, name });
    if (object === undefined) return `service "${name}" not found`;
    const endpoints = endpointsOf(store, object);
    return endpoints.length === 0 ? `no endpoints available for service "${name}"` : endpoints;
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

interface Webhook {
    readonly name: string;
    readonly rules: readonly { readonly resources: readonly string[] }[];
    readonly clientConfig: ClientConfig;
    readonly failurePolicy?: "Fail" | "Ignore";
    readonly objectSelector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly matchConditions?: readonly { readonly expression: string }[];
}

/** One that may fail cannot refuse anything; of conditions the constant is understood here, and a time from which on they hold for what is written. */
function isAsked(
    webhook: Webhook,
    resource: string,
    labels: Readonly<Record<string, string>>,
    now: number,
): boolean {
    const { rules, failurePolicy, objectSelector, matchConditions = [] } = webhook;
    return (
        failurePolicy !== "Ignore" &&
        rules.some(({ resources }) => resources.includes(resource)) &&
        Object.entries(objectSelector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
        matchConditions.every(({ expression }) => holds(expression, now))
    );
}

function holds(expression: string, now: number): boolean {
    const [, from] = /timestamp\(one\.time\) >= timestamp\("([^"]+)"\)/.exec(expression) ?? [];
    return from === undefined ? expression !== "false" : now >= Date.parse(from);
}

/** The first webhook because of which an object of this resource is refused. */
export function admissionProblem(
    store: Store,
    resource: string,
    labels: Readonly<Record<string, string>> = {},
): string | undefined {
    for (const object of [
        ...store.all("MutatingWebhookConfiguration"),
        ...store.all("ValidatingWebhookConfiguration"),
    ]) {
        const { webhooks = [] } = object as unknown as { webhooks?: Webhook[] };
        for (const webhook of webhooks) {
            const { name, clientConfig } = webhook;
            if (!isAsked(webhook, resource, labels, store.data().now) || clientConfig.service === undefined)
                continue;
            const problem = problemOf(store, clientConfig.service, clientConfig.caBundle);
            if (problem !== undefined) return `failed calling webhook "${name}": ${problem}`;
        }
    }
    return undefined;
}

/** The Service behind an APIService. */
export function serviceOf(store: Store, name: string): KubernetesObject | undefined {
    const object = store.raw({ apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", name });
    const { service } = (object?.spec ?? {}) as ClientConfig;
    return service && store.raw({ apiVersion: "v1", kind: "Service", ...service });
}

export function unansweredApis(store: Store): KubernetesObject[] {
    return store
        .all("APIService")
        .filter(({ metadata }) => apiServiceProblem(store, metadata.name) !== undefined);
}

export function apiServiceProblem(store: Store, name: string): string | undefined {
    const object = store.raw({ apiVersion: "apiregistration.k8s.io/v1", kind: "APIService", name });
    if (object === undefined) return "the server could not find the requested resource";
    const { service, caBundle, insecureSkipTLSVerify } = object.spec as ClientConfig;
    if (service === undefined) return undefined;
    if (insecureSkipTLSVerify !== true) return problemOf(store, service, caBundle);
    const endpoints = endpointsBehind(store, service);
    if (typeof endpoints === "string") return endpoints;
    const dead = endpoints.find((endpoint) => typeof endpoint === "string");
    return dead && `dial tcp ${dead as string}: connect: connection refused`;
}
