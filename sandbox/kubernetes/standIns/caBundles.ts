// In: an object that carries CA bundles, and the CA. Out: the object with that CA, written only if it differs. Finds no CA.
import { type ApiClient, isStatus } from "../apiClient";
import type { KubeObject } from "../objectTypes";

interface ClientConfig {
    clientConfig?: { caBundle?: string };
}

export interface BundleCarrier extends KubeObject {
    webhooks?: ClientConfig[];
    spec?: {
        caBundle?: string;
        conversion?: { strategy?: string; webhook?: ClientConfig };
    };
}

export type BundleKind =
    | "customresourcedefinitions"
    | "validatingwebhookconfigurations"
    | "mutatingwebhookconfigurations"
    | "apiservices";

const groups: Record<BundleKind, string> = {
    customresourcedefinitions: "/apis/apiextensions.k8s.io/v1",
    validatingwebhookconfigurations: "/apis/admissionregistration.k8s.io/v1",
    mutatingwebhookconfigurations: "/apis/admissionregistration.k8s.io/v1",
    apiservices: "/apis/apiregistration.k8s.io/v1",
};

export const collectionPath = (kind: BundleKind): string => `${groups[kind]}/${kind}`;

/** JSON pointers to every CA bundle of the object. */
function bundles(kind: BundleKind, object: BundleCarrier): { path: string; value: string | undefined }[] {
    if (kind === "apiservices") return [{ path: "/spec/caBundle", value: object.spec?.caBundle }];
    if (kind === "customresourcedefinitions") {
        const config = object.spec?.conversion?.webhook?.clientConfig;
        if (object.spec?.conversion?.strategy !== "Webhook" || config === undefined) return [];
        return [{ path: "/spec/conversion/webhook/clientConfig/caBundle", value: config.caBundle }];
    }
    return (object.webhooks ?? []).map((webhook, index) => ({
        path: `/webhooks/${index}/clientConfig/caBundle`,
        value: webhook.clientConfig?.caBundle,
    }));
}

/** `ca` is base64, as in a Secret's data. */
export async function injectCa(
    client: ApiClient,
    kind: BundleKind,
    object: BundleCarrier,
    ca: string,
    manager: string,
): Promise<void> {
    const wrong = bundles(kind, object).filter((bundle) => bundle.value !== ca);
    if (wrong.length === 0) return;
    const test = { op: "test", path: "/metadata/resourceVersion", value: object.metadata.resourceVersion };
    const changes = wrong.map((bundle) => ({ op: "add", path: bundle.path, value: ca }));
    await client.call({
        method: "PATCH",
        path: `${collectionPath(kind)}/${object.metadata.name}?fieldManager=${manager}`,
        contentType: "jsonPatch",
        body: [test, ...changes],
    });
}

export async function getCarrier(
    client: ApiClient,
    kind: BundleKind,
    name: string,
): Promise<BundleCarrier | undefined> {
    try {
        return await client.call<BundleCarrier>({ path: `${collectionPath(kind)}/${name}` });
    } catch (error) {
        if (isStatus(error, 404)) return undefined;
        throw error;
    }
}
