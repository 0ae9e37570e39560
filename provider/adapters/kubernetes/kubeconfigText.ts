// The content of a kubeconfig comes in; what in it gives access goes out. Opens no file and reaches no cluster.
import { load } from "js-yaml";

/** Words of a command are told in errors; a token among them is longer. */
const LONGEST_WORD = 20;

interface Exec {
    readonly env?: unknown;
    readonly args?: unknown;
}

/** Everything of its users but their names and the commands that fetch a token; undefined when it cannot be read. */
export function accessIn(kubeconfig: string): unknown[] | undefined {
    let users: unknown;
    try {
        users = (load(kubeconfig) as { users?: unknown } | null)?.users;
    } catch {
        return undefined;
    }
    return list(users).map((entry) => {
        const { exec, ...user } = ((entry as { user?: object } | null)?.user ?? {}) as { exec?: Exec };
        const values = list(exec?.env).map((variable) => (variable as { value?: unknown } | null)?.value);
        const long = list(exec?.args).filter((arg) => String(arg).length >= LONGEST_WORD);
        return [user, values, long];
    });
}

/** Paths of the files that hold tokens, by the user's name. Throws where the text is no YAML. */
export function tokenFilesIn(kubeconfig: string): ReadonlyMap<string, string> {
    const { users } = (load(kubeconfig) ?? {}) as { users?: unknown };
    return new Map(
        list(users).flatMap((entry): [string, string][] => {
            const { name, user } = (entry ?? {}) as { name?: unknown; user?: { tokenFile?: unknown } | null };
            const file = user?.tokenFile;
            return typeof file === "string" && file !== "" ? [[String(name), file]] : [];
        }),
    );
}

function list(value: unknown): unknown[] {
    return Array.isArray(value) ? value : [];
}
