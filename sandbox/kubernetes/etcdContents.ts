// In: etcd. Out: all that the API server keeps in it, saved, or written back beneath a running API server, whose watches see it as any change. Starts nothing.
import { setTimeout as sleep } from "node:timers/promises";
import type { Etcd, KeyValues } from "./etcd";

const ROOT = "/registry/";
/** They run out by themselves, or say that this very API server is alive. */
const NOT_KEPT = /^\/registry\/(events|masterleases|peerserverleases|leases\/kube-system\/apiserver-)/;
const ADDRESSES = `${ROOT}ipaddresses/`;
const AT_ONCE = 16;
const ROUNDS = 10;
const SETTLE_MS = 200;

export interface RegistryChange {
    key: string;
    before: string | undefined;
    after: string | undefined;
}

export async function readRegistry(etcd: Etcd): Promise<KeyValues> {
    const all = await etcd.read(ROOT);
    return new Map([...all].filter(([key]) => !NOT_KEPT.test(plain(key))));
}

/** What was not yet as it is wanted, and now is. `settle` waits until the API server has seen it. */
export async function writeRegistry(
    etcd: Etcd,
    wanted: KeyValues,
    settle: (changes: RegistryChange[]) => Promise<void>,
): Promise<void> {
    for (let round = 1; ; round += 1) {
        const changes = differences(await etcd.read(ROOT), wanted);
        if (changes.length === 0) return;
        if (round > ROUNDS)
            throw new Error(
                `The API server keeps changing ${changes.map(({ key }) => plain(key)).join(", ")}`,
            );
        const isAddress = ({ key }: RegistryChange) => plain(key).startsWith(ADDRESSES);
        await apply(
            etcd,
            changes.filter((change) => !isAddress(change)),
        );
        await settle(changes);
        // Its repair loop takes the address of a Service that it has not seen yet for a leak, and removes it.
        await apply(etcd, changes.filter(isAddress));
        await sleep(SETTLE_MS);
    }
}

function differences(found: KeyValues, wanted: KeyValues): RegistryChange[] {
    const changes: RegistryChange[] = [];
    for (const [key, before] of found)
        if (!wanted.has(key) && !isOfThisApiServer(key)) changes.push({ key, before, after: undefined });
    for (const [key, after] of wanted) {
        const before = found.get(key);
        if (before !== after) changes.push({ key, before, after });
    }
    return changes;
}

async function apply(etcd: Etcd, changes: RegistryChange[]): Promise<void> {
    const waiting = [...changes];
    const lane = async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
            await (next.after === undefined ? etcd.delete(next.key) : etcd.put(next.key, next.after));
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

function isOfThisApiServer(key: string): boolean {
    return NOT_KEPT.test(plain(key)) && !plain(key).startsWith(`${ROOT}events/`);
}

export function plain(key: string): string {
    return Buffer.from(key, "base64").toString();
}
