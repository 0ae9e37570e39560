// From a kubeconfig, or from an EKS cluster's name, to server, TLS and credentials. Mints EKS tokens in process; no `aws` program is needed.
import { readFile } from "node:fs/promises";
import type * as https from "node:https";
import { agentThrough, proxyFromEnvironment } from "../proxy";
import { readKubeconfig } from "./kubeconfigFiles";

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
    const agent = agentThrough(proxyFromEnvironment(cluster.endpoint));
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

/** An exec plugin that waits for somebody to log in waits for ever here. */
const PLUGIN_TIMEOUT_MS = 60_000;

/** `kubeconfig` is a path, a list of paths, or the content itself; absent means KUBECONFIG or ~/.kube/config. */
export async function kubeconfigAccess(
    kubeconfig: string | undefined,
    context: string | undefined,
    pluginTimeoutMs = PLUGIN_TIMEOUT_MS,
): Promise<ClusterAccess> {
    const { config, tokenFiles } = await readKubeconfig(kubeconfig);
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
    const named = config.getContextObject(config.getCurrentContext());
    if (cluster === null)
        throw new Error(
            named === null
                ? "the kubeconfig has no current cluster; set `context`, or run `kubectl config use-context`"
                : `the kubeconfig's context "${named.name}" names the cluster "${named.cluster}", which it does not have`,
        );
    const agent = agentThrough(cluster.proxyUrl ?? proxyFromEnvironment(cluster.server));
    const user = config.getCurrentUser();
    // Nobody means to come without credentials.
    if (named?.user && user === null)
        throw new Error(
            `the kubeconfig's context "${named.name}" names the user "${named.user}", which it does not have`,
        );
    const plugin = user?.exec?.command as string | undefined;
    const tokenFile = user === null ? undefined : tokenFiles.get(user.name);
    return {
        credentials: async () => {
            const options: https.RequestOptions = {};
            await within(pluginTimeoutMs, plugin ?? "the kubeconfig's user", () =>
                config.applyToHTTPSOptions(options),
            );
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
                headers: {
                    ...(headers as Record<string, string> | undefined),
                    ...authorization,
                    ...(tokenFile === undefined ? {} : await bearerIn(tokenFile)),
                },
            };
        },
    };
}

/** Read for each request: whoever renews the token writes it there. */
async function bearerIn(file: string): Promise<{ Authorization: string }> {
    return { Authorization: `Bearer ${(await readFile(file, "utf8")).trim()}` };
}

async function within(timeoutMs: number, plugin: string, call: () => Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
            () => reject(new Error(`${plugin} gave no credentials within ${timeoutMs / 1000} s`)),
            timeoutMs,
        );
    });
    try {
        await Promise.race([call(), late]);
    } finally {
        clearTimeout(timer);
    }
}
