// An address comes in; the agent that reaches it goes out: through the proxy that a kubeconfig or HTTPS_PROXY and NO_PROXY name for it, or directly.
import * as https from "node:https";
import { HttpsProxyAgent } from "https-proxy-agent";
import { getProxyForUrl } from "proxy-from-env";
import { SocksProxyAgent } from "socks-proxy-agent";

const CONNECTIONS = { keepAlive: true, maxSockets: 32 } as const;

/** What this machine's own addresses are called; no proxy could reach them, as kubectl and the aws CLI know too. */
const THIS_MACHINE = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** The proxy that the environment names for an https address; undefined for none. */
export function proxyFromEnvironment(address: string): string | undefined {
    const { protocol, hostname } = new URL(address);
    if (protocol !== "https:" || THIS_MACHINE.test(hostname)) return undefined;
    return getProxyForUrl(address) || undefined;
}

/** `proxy` is an http, https or socks5 address; without one the connection is direct. */
export function agentThrough(proxy: string | undefined): https.Agent {
    if (proxy === undefined) return new https.Agent(CONNECTIONS);
    const address = new URL(proxy.includes("://") ? proxy : `http://${proxy}`);
    switch (address.protocol) {
        case "http:":
        case "https:":
            return new HttpsProxyAgent(address, CONNECTIONS) as unknown as https.Agent;
        case "socks:":
        case "socks5:":
        case "socks5h:": {
            // As kubectl does it, the proxy looks names up.
            if (address.protocol === "socks5:") address.protocol = "socks5h:";
            return new SocksProxyAgent(address, CONNECTIONS) as unknown as https.Agent;
        }
        default:
            throw new Error(
                `the proxy ${address.protocol}//${address.host} is none that can be used; http, https and socks5 are`,
            );
    }
}
