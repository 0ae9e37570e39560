// An address and the text of NO_PROXY come in; whether it is reached directly goes out, as Go's programs (kubectl) and curl read the text. Pure.
import { BlockList, isIP } from "node:net";

/** Hosts, domains with all below them, addresses and networks (10.0.0.0/8), each with or without a port; `*` for everything. */
export function isReachedDirectly({ hostname, port, protocol }: URL, noProxy: string): boolean {
    const host = hostname.replace(/^\[|\]$|\.$/g, "").toLowerCase();
    const at = port === "" ? (protocol === "https:" ? "443" : "80") : port;
    return noProxy
        .toLowerCase()
        .split(/[,\s]+/)
        .filter((entry) => entry !== "")
        .some((entry) => isMeant(entry, host, at));
}

function isMeant(entry: string, host: string, port: string): boolean {
    if (entry === "*") return true;
    if (entry.includes("/")) return isWithin(host, entry);
    const [, name = entry, only] = /^\[?([^[\]]+?)\]?:(\d+)$/.exec(isIP(entry) === 6 ? "" : entry) ?? [];
    if (only !== undefined && only !== port) return false;
    const domain = name.replace(/^\*?\.|^\[|\]$/g, "");
    // One address is written in many ways.
    if (isIP(domain) !== 0) return isWithin(host, `${domain}/${isIP(domain) === 4 ? 32 : 128}`);
    // A leading dot means what is below alone.
    return (host === domain && !/^\*?\./.test(name)) || (isIP(host) === 0 && host.endsWith(`.${domain}`));
}

function isWithin(host: string, network: string): boolean {
    const [address = "", bits = ""] = network.split("/");
    const family = isIP(address);
    if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits)) return false;
    if (Number(bits) > (family === 4 ? 32 : 128)) return false;
    const kind = family === 4 ? "ipv4" : "ipv6";
    const list = new BlockList();
    list.addSubnet(address, Number(bits), kind);
    return list.check(host, kind);
}
