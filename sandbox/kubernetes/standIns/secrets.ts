// In: a key pair and its CA. Out: the TLS Secret in the cluster, written as one named field manager. Issues nothing.
import type { ApiClient } from "../apiClient";
import type { ClusterView } from "../clusterView";
import type { KeyPair } from "../makeCertificate";
import type { Secret } from "../objectTypes";

export interface TlsSecret {
    name: string;
    namespace: string;
    type: "kubernetes.io/tls" | "Opaque";
    ca: string;
    /** Of a controller that signs with it again. */
    caKey?: string;
    pair: KeyPair;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Server-side apply: creates it, or takes over the fields. The view knows it at once, so that it is made only once. */
export async function applyTlsSecret(
    client: ApiClient,
    view: ClusterView,
    secret: TlsSecret,
    manager: string,
): Promise<void> {
    const { name, namespace, labels, annotations, caKey } = secret;
    const applied = await client.call<Secret>({
        method: "PATCH",
        path: `/api/v1/namespaces/${namespace}/secrets/${name}?fieldManager=${manager}&force=true`,
        contentType: "apply",
        body: {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name, namespace, ...(labels && { labels }), ...(annotations && { annotations }) },
            type: secret.type,
            data: {
                "ca.crt": base64(secret.ca),
                ...(caKey !== undefined && { "ca.key": base64(caKey) }),
                "tls.crt": base64(secret.pair.certificate),
                "tls.key": base64(secret.pair.key),
            },
        },
    });
    view.secrets.put(applied);
}
