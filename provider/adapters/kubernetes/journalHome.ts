// The namespace that lock and journal lie in. When somebody deleted it, what our finalizers hold there is let go, and the namespace is made again. Writes past the gate: there is no lock to be had without it.
import { KEPT_FOR_UNDO } from "../../../common/ourMarks";
import { contentOf } from "../../kubernetes/objectContent";
import { removeStaleApis } from "../../kubernetes/staleApis";
import { awaitTerminated, isTerminating } from "../../kubernetes/terminating";
import type { Clock, KubernetesObject, Log, Objects } from "../../ports/world";
import { isStatus } from "./api";
import { isOfJournal, OF_JOURNALS } from "./journalSecrets";

const STEP = "journal";

export class JournalHome {
    constructor(
        readonly objects: Objects,
        readonly clock: Clock,
        readonly log: Log,
    ) {}

    /** False when somebody deleted it, also while something still holds it. */
    async stands(namespace: string): Promise<boolean> {
        const live = await this.objects.read(refOf(namespace));
        return live !== undefined && !isTerminating(live);
    }

    /** As it was `before`, where that is known. The caller holds all that the journal of this release says, and makes anew what it holds in `remembered`. Fails when something else holds the namespace. */
    async makeAgain(
        namespace: string,
        release: string,
        before: KubernetesObject | undefined,
        remembered: readonly KubernetesObject[] = [],
    ): Promise<void> {
        this.log.warn(
            `${STEP}: somebody deleted Namespace ${namespace}, in which the journal lies; it is made again`,
        );
        await this.#letGo(namespace, release);
        await awaitTerminated(this, [refOf(namespace)], STEP, (going) =>
            removeStaleApis(this, remembered, going, STEP),
        );
        const { name, ...kind } = refOf(namespace);
        const { metadata, ...content } = before === undefined ? { metadata: {} } : contentOf(before);
        try {
            await this.objects.create({ ...content, ...kind, metadata: { ...metadata, name } });
        } catch (error) {
            // Somebody was quicker.
            if (!isStatus(error, 409)) throw error;
        }
    }

    async #letGo(namespace: string, release: string): Promise<void> {
        const secrets = await this.objects.list("v1", "Secret", {
            namespace,
            ...OF_JOURNALS,
        });
        const mine = secrets.filter((secret) => isKept(secret) && isOfJournal(secret.metadata, release));
        for (const { apiVersion, kind, metadata } of mine) {
            const { name, uid, resourceVersion, finalizers = [] } = metadata;
            const others = finalizers.filter((finalizer) => finalizer !== KEPT_FOR_UNDO);
            const change = { uid, resourceVersion, finalizers: others.length > 0 ? others : null };
            await this.objects
                .merge({ apiVersion, kind, namespace, name }, { metadata: change })
                .catch((error: unknown) => {
                    if (!isStatus(error, 404)) throw error;
                });
        }
    }
}

function refOf(name: string) {
    return { apiVersion: "v1", kind: "Namespace", name } as const;
}

/** Held by us alone, and deleted by somebody. */
function isKept({ metadata }: KubernetesObject): boolean {
    return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(KEPT_FOR_UNDO);
}
