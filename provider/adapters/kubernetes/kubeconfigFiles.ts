// Where a kubeconfig lies, or what it holds, comes in; the configuration goes out, several files laid together as kubectl does. Writes no file.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { ErrorCode, MigrationError, messageOf } from "../../../common/errors";

/** `kubeconfig` is a path, a list of paths, or the content itself; absent means KUBECONFIG or ~/.kube/config. */
export async function readKubeconfig(kubeconfig: string | undefined) {
    const { KubeConfig: Config } = await import("@kubernetes/client-node");
    const config = new Config();
    if (kubeconfig !== undefined && /\n|^\s*\{/.test(kubeconfig)) {
        readable("kubeconfig", () => config.loadFromString(kubeconfig));
        return config;
    }
    const source = kubeconfig === undefined ? "KUBECONFIG" : "kubeconfig";
    const list = kubeconfig ?? process.env.KUBECONFIG;
    if (!list) {
        config.loadFromDefault();
        return config;
    }
    const files = list
        .split(delimiter)
        .filter((path) => path !== "")
        .map(atHome);
    // kubectl skips files that are not there; with none of them there is nothing to skip to.
    const present = files.filter((file) => existsSync(file));
    if (present.length === 0) throw wrong(source, `names ${files.join(", ")}, and no such file is there`);
    for (const file of present) {
        const one = new Config();
        readable(source, () => one.loadFromFile(file));
        layUnder(config, one);
    }
    return config;
}

/** What of the client library's configuration is laid together. */
interface Parts<Cluster, User, Context> {
    clusters: Cluster[];
    users: User[];
    contexts: Context[];
    currentContext: string;
}

/** Of two things with one name the first is found. */
function layUnder<C, U, X>(config: Parts<C, U, X>, next: Parts<C, U, X>): void {
    config.clusters = [...(config.clusters ?? []), ...next.clusters];
    config.users = [...(config.users ?? []), ...next.users];
    config.contexts = [...(config.contexts ?? []), ...next.contexts];
    if (!config.currentContext) config.currentContext = next.currentContext;
}

function atHome(path: string): string {
    return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
}

function readable(source: string, read: () => void): void {
    try {
        read();
    } catch (error) {
        // The reason may quote what stands there, and a token may.
        const reason = (error as { reason?: unknown }).reason ?? messageOf(error).split("\n")[0];
        throw wrong(source, `cannot be read: ${String(reason)}`);
    }
}

function wrong(source: string, what: string): MigrationError {
    return new MigrationError({
        code: ErrorCode.InvalidInput,
        step: "connect",
        what: `${source}: ${what}`,
        remedy:
            source === "KUBECONFIG"
                ? "set the variable KUBECONFIG to your kubeconfig, or the property `kubeconfig`"
                : "set `kubeconfig` to a path that is there, a list of paths, or the content",
    });
}
