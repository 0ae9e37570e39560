// A remembered object and its live form come in; the fields go back to their former managers. No value changes.
import { canonicalJson } from "../../common/canonicalJson";
import type { KubernetesObject, ManagedFieldsEntry, World } from "../ports/world";
import { sameContent } from "./objectContent";
import { keyOf, refTo } from "./objectRef";

/** About 10 s against a controller that writes all the time. */
const MANAGER_TRIES = 8;

/**
 * Gives the fields back to their former managers. A write that changes nothing but `managedFields` is taken as it stands;
 * entries of the status belong to controllers and stay as they are now.
 */
export async function restoreFieldManagers(
    world: World,
    remembered: KubernetesObject,
    live: KubernetesObject | undefined,
    attempt = 0,
): Promise<boolean> {
    const former = remembered.metadata.managedFields ?? [];
    if (live === undefined || former.length === 0 || !sameContent(live, remembered)) return false;
    const wanted = withLiveStatus(withOwnersOf(live, remembered, former), live.metadata.managedFields ?? []);
    if (managersOf(live.metadata.managedFields ?? []) === managersOf(wanted)) return false;
    const { resourceVersion } = live.metadata;
    try {
        await world.objects.merge(refTo(remembered), {
            metadata: { resourceVersion, managedFields: wanted },
        });
    } catch (error) {
        if ((error as { status?: number }).status !== 409) throw error;
        // A controller wrote its status meanwhile: its entry is another one now.
        const now = await world.objects.read(refTo(remembered));
        if (now?.metadata.resourceVersion === resourceVersion) throw error;
        if (attempt >= MANAGER_TRIES) {
            // The content is back; who owns which field is worth no undo that never ends.
            world.log.warn(
                `${keyOf(refTo(remembered))} changes too fast to give its fields back to their former managers`,
            );
            return false;
        }
        if (attempt > 0) await world.clock.sleep(100 * 2 ** Math.min(attempt, 5));
        return restoreFieldManagers(world, remembered, now, attempt + 1);
    }
    return true;
}

/** Status fields as they are owned now; everything else as it was. A controller may own an annotation together with its status. */
function withLiveStatus(
    former: readonly ManagedFieldsEntry[],
    now: readonly ManagedFieldsEntry[],
): ManagedFieldsEntry[] {
    const metadataOf = (entry: ManagedFieldsEntry) =>
        former.find(
            (one) => !isContent(one) && one.manager === entry.manager && one.apiVersion === entry.apiVersion,
        )?.fieldsV1 as Record<string, unknown> | undefined;
    const status = now
        .filter((entry) => !isContent(entry))
        .map((entry) => {
            const metadata = metadataOf(entry)?.["f:metadata"];
            const { "f:metadata": _, ...rest } = (entry.fieldsV1 ?? {}) as Record<string, unknown>;
            return {
                ...entry,
                fieldsV1: metadata === undefined ? rest : { ...rest, "f:metadata": metadata },
            };
        });
    return [...former.filter(isContent), ...status];
}

function isContent(entry: ManagedFieldsEntry): boolean {
    return entry.subresource !== "status";
}

/** Entries name owners by UID; an owner that was made again has a new one. */
function withOwnersOf(
    live: KubernetesObject,
    remembered: KubernetesObject,
    entries: readonly ManagedFieldsEntry[],
): ManagedFieldsEntry[] {
    let text = JSON.stringify(entries);
    for (const former of remembered.metadata.ownerReferences ?? []) {
        const now = (live.metadata.ownerReferences ?? []).find(
            ({ kind, name }) => kind === former.kind && name === former.name,
        );
        if (now !== undefined) text = text.replaceAll(former.uid, now.uid);
    }
    return JSON.parse(text) as ManagedFieldsEntry[];
}

function managersOf(entries: readonly ManagedFieldsEntry[]): string {
    return entries
        .map(
            ({ manager, operation, subresource, fieldsV1 }) =>
                `${manager} ${operation} ${subresource ?? ""} ${canonicalJson(fieldsV1)}`,
        )
        .sort()
        .join("\n");
}
