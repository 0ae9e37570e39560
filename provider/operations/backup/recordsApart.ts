// Release records that a stack's state has no room for: each has a copy of its own beside the journal in the cluster, proved by the hash that stands in the backup.
import { canonicalJson } from "../../../common/canonicalJson";
import { hashOf } from "../../../common/hash";
import type { BackupStore } from "../../engine/step";
import { refTo } from "../../kubernetes/objectRef";
import type { KubernetesObject, World } from "../../ports/world";
import type { Backup } from "./backup";

/** Newest first; Helm itself keeps ten, where nobody says otherwise. */
export const MOST_APART = 16;

type Data = Readonly<Record<string, string>>;

/** The backup with what proves the copies. */
export async function keepRecordsApart(world: World, store: BackupStore, backup: Backup): Promise<Backup> {
    const large = backup.records.filter(({ data }) => data === undefined).slice(-MOST_APART);
    if (large.length === 0) return backup;
    const apart: Record<string, string> = {};
    for (const record of large) {
        const { name } = record.metadata;
        const data = (await world.objects.read(refTo(record)))?.data as Data | undefined;
        // Somebody deleted it since it was listed.
        if (data === undefined) continue;
        await store.keepApart(name, data);
        apart[name] = hashOf(canonicalJson(data));
    }
    return { ...backup, apart };
}

/** Undefined when no intact copy of what it held is left. */
export async function wholeRecord(
    store: BackupStore,
    { apart = {} }: Backup,
    record: KubernetesObject,
): Promise<KubernetesObject | undefined> {
    if (record.data !== undefined) return record;
    const { name } = record.metadata;
    const data = Object.hasOwn(apart, name) ? await store.keptApart(name) : undefined;
    if (data === undefined || hashOf(canonicalJson(data)) !== apart[name]) return undefined;
    return { ...record, type: "helm.sh/release.v1", data };
}

/** Whether the live record holds something else than the one of the backup; one that is known by name alone tells nothing. */
export function isOtherRecord(
    { apart = {} }: Backup,
    record: KubernetesObject,
    live: KubernetesObject,
): boolean {
    const hash = record.data === undefined ? apart[record.metadata.name] : hashOf(canonicalJson(record.data));
    return hash !== undefined && hash !== hashOf(canonicalJson(live.data));
}
