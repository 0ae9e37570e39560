/** The objects of a collection come in again and again; which of those seen before were deleted goes out. */
import type { KubeObject } from "../kubernetes/objectTypes";
import type { Deletion } from "./observation";

interface Seen {
    uid: string | undefined;
    marked: boolean;
}

export class GuardedObjects {
    #seen = new Map<string, Map<string, Seen>>();
    readonly deletions: Deletion[] = [];

    /** `kind` is "Namespace" or "group/Kind"; `at` is in seconds. */
    update(kind: string, objects: KubeObject[], at: number): void {
        const before = this.#seen.get(kind) ?? new Map<string, Seen>();
        const now = new Map<string, Seen>();
        for (const { metadata } of objects) {
            const key = `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ""}${metadata.name}`;
            now.set(key, { uid: metadata.uid, marked: metadata.deletionTimestamp !== undefined });
        }
        for (const [key, seen] of before) this.#compare(key, seen, now.get(key), at);
        this.#seen.set(kind, now);
    }

    #compare(key: string, before: Seen, now: Seen | undefined, at: number): void {
        if (now === undefined) this.deletions.push({ key, how: "gone", at });
        else if (now.uid !== before.uid) this.deletions.push({ key, how: "replaced", at });
        else if (now.marked && !before.marked) this.deletions.push({ key, how: "marked", at });
    }
}
