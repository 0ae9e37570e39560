// An address comes in; the agent that reaches it goes out: through the proxy that a kubeconfig or HTTPS_PROXY and NO_PROXY name for it, or directly.
import * as https from "node:https";
import { isReachedDirectly } from "./noProxy";

const CONNECTIONS = { keepAlive: true, maxSockets: 32 } as const;

/** Whom connections trust besides Node's own authorities. */
export interface Trust {
    readonly ca?: string[];
}

/** What this machine's own addresses are called; no proxy could reach them, as kubectl and the aws CLI know too. */
const THIS_MACHINE = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** The proxy that the environment names for an https address; undefined for none. */
export function proxyFromEnvironment(address: string): string | undefined {
    const url = new URL(address);
    if (url.protocol !== "https:" || THIS_MACHINE.test(url.hostname)) return undefined;
    if (isReachedDirectly(url, variable("no_proxy"))) return undefined;
    const proxy = variable("https_proxy") || variable("all_proxy");
    return proxy === "" ? undefined : withScheme(proxy);
}

/** In small letters, which win, or in capitals. */
function variable(name: string): string {
    return (process.env[name] || process.env[name.toUpperCase()] || "").trim();
}

/** As Go and curl take one without. */
function withScheme(proxy: string): string {
    return proxy.includes("://") ? proxy : `http://${proxy}`;
}

/** Nothing of proxies is loaded where there is none. `proxy` is an http, https or socks5 address; without one the connection is direct. */
export function agentThrough(proxy: string | undefined, trust: Trust = {}): https.Agent {
    const options = { ...CONNECTIONS, ...trust };
    if (proxy === undefined) return new https.Agent(options);
    if (!URL.canParse(withScheme(proxy)))
        throw new Error(
            "the proxy that HTTPS_PROXY, ALL_PROXY or the kubeconfig's proxy-url names is no address, like http://proxy.example:3128",
        );
    const address = new URL(withScheme(proxy));
    switch (address.protocol) {
        case "http:":
        case "https:": {
            const { HttpsProxyAgent } = require("https-proxy-agent") as typeof import("https-proxy-agent");
            return trusting(new HttpsProxyAgent(address, options), trust);
        }
        case "socks:":
        case "socks5:":
        case "socks5h:": {
            // As kubectl does it, the proxy looks names up.
            if (address.protocol === "socks5:") address.protocol = "socks5h:";
            const { SocksProxyAgent } = require("socks-proxy-agent") as typeof import("socks-proxy-agent");
            return trusting(new SocksProxyAgent(address, options), trust);
        }
        default:
            throw new Error(
                `the proxy ${address.protocol}//${address.host} is none that can be used; http, https and socks5 are`,
            );
    }
}

/** What such an agent is made with is for the way to the proxy; its options are for what lies behind. */
function trusting(agent: { readonly options: object }, trust: Trust): https.Agent {
    Object.assign(agent.options, trust);
    return agent as unknown as https.Agent;
}
