// From a kubeconfig, or from an EKS cluster's name, to server, TLS and credentials. Mints EKS tokens in process; no `aws` program is needed.
import { readFile } from "node:fs/promises";
import type * as https from "node:https";
import { type MigrationError, messageOf } from "../../../common/errors";
import { nearest } from "../../../common/nearest";
import { agentThrough, proxyFromEnvironment } from "../proxy";
import { execInfo } from "./execInfo";
import { readKubeconfig, wrongKubeconfig } from "./kubeconfigFiles";

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
    const names = config.getContexts().map(({ name }) => name);
    if (context !== undefined) {
        if (config.getContextObject(context) === null) {
            const near = nearest(context, names);
            throw wrongKubeconfig(
                `context: the kubeconfig has no context "${context}"${near === undefined ? "" : `; did you mean ${near}?`}`,
                `set \`context\` to one that it has (${names.join(", ") || "none"}), or \`kubeconfig\` to another file`,
            );
        }
        config.setCurrentContext(context);
    }
    const cluster = config.getCurrentCluster();
    const named = config.getContextObject(config.getCurrentContext());
    if (cluster === null)
        throw wrongKubeconfig(
            named === null
                ? "context: the kubeconfig has no current cluster"
                : `kubeconfig: its context "${named.name}" names the cluster "${named.cluster}", which it does not have`,
            `set \`context\` to one whose cluster it has (contexts: ${names.join(", ") || "none"}), or run \`kubectl config use-context\``,
        );
    const server = serverIn(cluster.server);
    const agent = agentThrough(cluster.proxyUrl ?? proxyFromEnvironment(server));
    const user = config.getCurrentUser();
    // Nobody means to come without credentials.
    if (named?.user && user === null)
        throw wrongKubeconfig(
            `kubeconfig: its context "${named.name}" names the user "${named.user}", which it does not have`,
            "set `context` to one whose user it has, or put the user into the kubeconfig",
        );
    const exec = user?.exec as Exec | undefined;
    if (exec !== undefined) exec.env = [...(exec.env ?? []), execInfo(exec, { ...cluster, server })];
    const plugin = exec?.command;
    const tokenFile = user === null ? undefined : tokenFiles.get(user.name);
    return {
        credentials: async () => {
            const options: https.RequestOptions = {};
            await within(pluginTimeoutMs, plugin ?? "the kubeconfig's user", () =>
                config.applyToHTTPSOptions(options).catch((error: unknown) => {
                    throw noCredentials(plugin, error);
                }),
            );
            const { ca, cert, key, rejectUnauthorized, servername, headers, auth } = options;
            const authorization = auth
                ? { authorization: `Basic ${Buffer.from(auth).toString("base64")}` }
                : {};
            return {
                server,
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

interface Exec {
    readonly command: string;
    readonly apiVersion?: string;
    readonly provideClusterInfo?: boolean;
    env?: { name: string; value: string }[];
}

/** As kubectl takes it: without a scheme it is https. EKS speaks nothing else. */
function serverIn(server: string): string {
    const address = server.includes("://") ? server : `https://${server}`;
    if (URL.canParse(address) && address.toLowerCase().startsWith("https://")) return address;
    throw wrongKubeconfig(
        `kubeconfig: its cluster has the server ${server}, which is no https address`,
        "set `kubeconfig` to the cluster's own one, as `aws eks update-kubeconfig` writes it; `kubectl proxy` cannot stand between",
    );
}

/** What a plugin printed is never quoted: it may be half a token. */
function noCredentials(plugin: string | undefined, error: unknown): MigrationError {
    const isForm = error instanceof SyntaxError || error instanceof TypeError;
    const why = isForm ? "what it printed is no ExecCredential with a status" : messageOf(error).trim();
    return wrongKubeconfig(
        `kubeconfig: ${plugin === undefined ? "its user has" : `its plugin ${plugin} gave`} no credentials: ${why}`,
        "see that `kubectl get --raw /readyz` works with the same kubeconfig and context, or leave `kubeconfig` and `context` out: tokens of EKS need no plugin",
    );
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
