// Where a kubeconfig lies, or what it holds, comes in; the configuration goes out, several files laid together as kubectl does. Writes no file.
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { ErrorCode, MigrationError, messageOf } from "../../../common/errors";
import { tokenFilesIn } from "./kubeconfigText";

const DEFAULT = "~/.kube/config";

/** `kubeconfig` is a path, a list of paths, or the content itself; absent means KUBECONFIG or ~/.kube/config. */
export async function readKubeconfig(kubeconfig: string | undefined) {
    const { KubeConfig: Config } = await import("@kubernetes/client-node");
    const config = new Config();
    /** Of users, by name: the client library does not know them. */
    const tokenFiles = new Map<string, string>();
    if (kubeconfig !== undefined && /\n|^\s*\{/.test(kubeconfig)) {
        readable("kubeconfig", () => {
            config.loadFromString(kubeconfig);
            addTokenFiles(tokenFiles, kubeconfig, process.cwd());
        });
        return { config, tokenFiles };
    }
    const source = kubeconfig === undefined ? "KUBECONFIG" : "kubeconfig";
    const list =
        (kubeconfig ?? process.env.KUBECONFIG) || (existsSync(atHome(DEFAULT)) ? DEFAULT : undefined);
    if (list === undefined) {
        config.loadFromDefault();
        return { config, tokenFiles };
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
        readable(source, () => {
            const text = readFileSync(file, "utf8");
            // One that was only touched is a kubeconfig too.
            if (text.trim() === "") return;
            one.loadFromFile(file);
            addTokenFiles(tokenFiles, text, dirname(file));
            for (const { exec } of one.users ?? []) placeCommand(exec as Exec | undefined, dirname(file));
        });
        layUnder(config, one);
    }
    return { config, tokenFiles };
}

/** The first of two users of one name is found. */
function addTokenFiles(all: Map<string, string>, text: string, folder: string): void {
    for (const [user, file] of tokenFilesIn(text)) if (!all.has(user)) all.set(user, resolve(folder, file));
}

interface Exec {
    command?: string;
}

/** A plugin lies where its kubeconfig says, seen from there; one without a folder is looked up in PATH. */
function placeCommand(exec: Exec | undefined, folder: string): void {
    const { command } = exec ?? {};
    if (exec === undefined || command === undefined || !command.includes("/") || isAbsolute(command)) return;
    exec.command = resolve(folder, command);
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
    config.clusters = [...(config.clusters ?? []), ...(next.clusters ?? [])];
    config.users = [...(config.users ?? []), ...(next.users ?? [])];
    config.contexts = [...(config.contexts ?? []), ...(next.contexts ?? [])];
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
    return wrongKubeconfig(
        `${source}: ${what}`,
        source === "KUBECONFIG"
            ? "set the variable KUBECONFIG to your kubeconfig, or the property `kubeconfig`"
            : "set `kubeconfig` to a path that is there, a list of paths, or the content",
    );
}

export function wrongKubeconfig(what: string, remedy: string): MigrationError {
    return new MigrationError({ code: ErrorCode.InvalidInput, step: "connect", what, remedy });
}
