// In: etcd. Out: all that the API server keeps in it, saved, or written back beneath a running API server, whose watches see it as any change. Starts nothing.
import type { Etcd, KeyValues } from "./etcd";

const ROOT = "/registry/";
/** They run out by themselves, or say that this very API server is alive. */
const NOT_KEPT = /^\/registry\/(events|masterleases|leases\/kube-system\/apiserver-)/;
const AT_ONCE = 16;

export interface RegistryChange {
    key: string;
    before: string | undefined;
    after: string | undefined;
}

export async function readRegistry(etcd: Etcd): Promise<KeyValues> {
    const all = await etcd.read(ROOT);
    return new Map([...all].filter(([key]) => !NOT_KEPT.test(plain(key))));
}

/** What was not yet as it is wanted, and now is. */
export async function writeRegistry(etcd: Etcd, wanted: KeyValues): Promise<RegistryChange[]> {
    const found = await etcd.read(ROOT);
    const changes: RegistryChange[] = [];
    for (const [key, before] of found)
        if (!wanted.has(key) && !isOfThisApiServer(key)) changes.push({ key, before, after: undefined });
    for (const [key, after] of wanted) {
        const before = found.get(key);
        if (before !== after) changes.push({ key, before, after });
    }
    const waiting = [...changes];
    const work = async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
            if (next.after === undefined) await etcd.delete(next.key);
            else await etcd.put(next.key, next.after);
        }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return changes;
}

function isOfThisApiServer(key: string): boolean {
    return NOT_KEPT.test(plain(key)) && !plain(key).startsWith(`${ROOT}events/`);
}

export function plain(key: string): string {
    return Buffer.from(key, "base64").toString();
}
