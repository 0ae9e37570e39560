// From a kubeconfig, or from an EKS cluster's name, to server, TLS and credentials. Mints EKS tokens in process; no `aws` program is needed.
import * as https from "node:https";

export interface Credentials {
    readonly server: string;
    readonly tls: Pick<https.RequestOptions, "ca" | "cert" | "key" | "rejectUnauthorized" | "servername">;
    readonly headers: Readonly<Record<string, string>>;
    readonly agent: https.Agent;
}

export interface ClusterAccess {
    /** Fresh for each request; tokens are renewed before they end. */
    credentials(): Promise<Credentials>;
}

/** A token of EKS is good for 15 minutes; renew well before. */
const TOKEN_LIFETIME_MS = 10 * 60_000;

export function eksAccess(
    cluster: { readonly endpoint: string; readonly certificateAuthority: string },
    mintToken: () => Promise<string>,
    now: () => number,
): ClusterAccess {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 32 });
    const tls = { ca: Buffer.from(cluster.certificateAuthority, "base64") };
    let token: { readonly value: Promise<string>; readonly mintedAt: number } | undefined;
    return {
        credentials: async () => {
            if (token === undefined || now() - token.mintedAt > TOKEN_LIFETIME_MS) {
                const value = mintToken();
                token = { value, mintedAt: now() };
                // A failed minting must not be remembered.
                value.catch(() => {
                    token = undefined;
                });
            }
            return {
                server: cluster.endpoint,
                tls,
                agent,
                headers: { authorization: `Bearer ${await token.value}` },
            };
        },
    };
}

/** `kubeconfig` is a path or the content itself; absent means KUBECONFIG or ~/.kube/config. */
export async function kubeconfigAccess(
    kubeconfig: string | undefined,
    context: string | undefined,
): Promise<ClusterAccess> {
    const { KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    if (kubeconfig === undefined) config.loadFromDefault();
    else if (/\n|^\s*\{/.test(kubeconfig)) config.loadFromString(kubeconfig);
    else config.loadFromFile(kubeconfig);
    if (context !== undefined) {
        if (config.getContextObject(context) === null) {
            throw new Error(
                `the kubeconfig has no context "${context}"; it has: ${
                    config
                        .getContexts()
                        .map((c) => c.name)
                        .join(", ") || "none"
                }`,
            );
        }
        config.setCurrentContext(context);
    }
    const cluster = config.getCurrentCluster();
    if (cluster === null)
        throw new Error(
            "the kubeconfig has no current cluster; set `context`, or run `kubectl config use-context`",
        );
    const agent = new https.Agent({ keepAlive: true, maxSockets: 32 });
    return {
        credentials: async () => {
            const options: https.RequestOptions = {};
            await config.applyToHTTPSOptions(options);
            const { ca, cert, key, rejectUnauthorized, servername, headers, auth } = options;
            const authorization = auth
                ? { authorization: `Basic ${Buffer.from(auth).toString("base64")}` }
                : {};
            return {
                server: cluster.server,
                tls: Object.fromEntries(
                    Object.entries({ ca, cert, key, rejectUnauthorized, servername }).filter(
                        ([, value]) => value !== undefined,
                    ),
                ) as Credentials["tls"],
                agent,
                headers: { ...(headers as Record<string, string> | undefined), ...authorization },
            };
        },
    };
}
