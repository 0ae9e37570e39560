// Release records that a stack's state has no room for: each has a copy of its own beside the journal in the cluster, proved by the hash that stands in the backup.
import { canonicalJson } from "../../../common/canonicalJson";
import { hashOf } from "../../../common/hash";
import type { BackupStore } from "../../engine/step";
import { refTo } from "../../kubernetes/objectRef";
import type { Plan } from "../../plan/plan";
import type { KubernetesObject, World } from "../../ports/world";
import { type Backup, recordsOf } from "./backup";

/** Newest first; Helm itself keeps ten, where nobody says otherwise. */
export const MOST_APART = 16;

type Data = Readonly<Record<string, string>>;

/** Characters of payload, as base64: with this the backup fits into a stack's state. */
export const PAYLOADS_KEPT = 256 * 1024;

/** Newest first, as many as fit are whole; what proves the copies of the others stands beside them. */
export async function keepRecords(
    world: World,
    plan: Plan,
    store: BackupStore,
): Promise<Pick<Backup, "records" | "apart">> {
    const newestFirst = (await recordsOf(world, plan)).sort((a, b) => revisionOf(b) - revisionOf(a));
    const records: KubernetesObject[] = [];
    const apart: Record<string, string> = {};
    let size = 0;
    for (const record of newestFirst) {
        const whole = await world.objects.read(refTo(record));
        const data = whole?.data as Data | undefined;
        const own = JSON.stringify(data ?? {}).length;
        // A large one pushes out no small one.
        const fits = whole !== undefined && size + own < PAYLOADS_KEPT;
        if (fits) size += own;
        records.push(fits ? whole : record);
        // Without data somebody deleted it since it was listed.
        if (fits || data === undefined || Object.keys(apart).length >= MOST_APART) continue;
        const { name } = record.metadata;
        await store.keepApart(name, data);
        apart[name] = hashOf(canonicalJson(data));
    }
    return { records: records.reverse(), ...(Object.keys(apart).length > 0 ? { apart } : {}) };
}

function revisionOf({ metadata }: KubernetesObject): number {
    return Number(metadata.labels?.version ?? 0);
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
