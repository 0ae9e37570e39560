// What only Helm used of a dependency: which objects these are, and their deletion in an order that refuses nobody's requests.

import { mapConcurrently } from "../../../common/mapConcurrently";
import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import { isOfRelease } from "../../kubernetes/helmMarks";
import { carriesLabels } from "../../kubernetes/labels";
import { keyOf, onlyThis, refTo } from "../../kubernetes/objectRef";
import { readMetadata } from "../../kubernetes/readMetadata";
import type { Plan } from "../../plan/plan";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";
import type { DependencyProfile } from "../../profiles/dependencies";
import type { Backup } from "../backup/backup";
import { replacedFrom } from "../handover/replaceWorkload";
import { DELETABLE_KINDS } from "../release/deletableKinds";

export interface DependencyOfRelease {
    readonly world: World;
    readonly plan: Plan;
    readonly profile: DependencyProfile;
    readonly backup: Backup;
}

/** Objects of the release that belong to the dependency, as they were. */
export function formerOf(plan: Plan, { addonName }: DependencyProfile, backup: Backup): KubernetesObject[] {
    const keys = new Set(plan.objects.filter(({ part }) => part === addonName).map(keyOf));
    return backup.objects.filter((object) => keys.has(keyOf(refTo(object))));
}

/** The very object of the backup, or one that an undo made again from it. */
export function isHelms(
    { apiVersion, kind, metadata }: KubernetesObject,
    { plan, backup }: DependencyOfRelease,
): boolean {
    if (isOfRelease({ metadata }, plan.release)) return true;
    const key = keyOf(refTo({ apiVersion, kind, metadata }));
    return backup.objects.some(
        (object) => keyOf(refTo(object)) === key && object.metadata.uid === metadata.uid,
    );
}

/** Objects with their metadata of a moment ago, by key. */
export interface SeenObjects {
    readonly refs: readonly ObjectRef[];
    readonly seen: ReadonlyMap<string, KubernetesObject>;
}

/** Still Helm's, not taken over by EKS, of a kind that may go, and used by nobody who stays. */
export async function onlyHelms(move: DependencyOfRelease): Promise<SeenObjects> {
    const { world, plan, profile, backup } = move;
    const former = formerOf(plan, profile, backup).filter(({ kind }) => DELETABLE_KINDS.has(kind));
    const alive = await readMetadata(world, former.map(refTo));
    const leaving = former.filter((object) => {
        const live = alive.get(keyOf(refTo(object)));
        if (live === undefined || !isHelms(live, move)) return false;
        return !isAppliedByEks(live) && live.metadata.annotations?.["helm.sh/resource-policy"] !== "keep";
    });
    // An account without a label carries no trace of EKS, although the add-on may use it: its pods tell.
    const used = await accountsInUse(world, leaving);
    const refs = leaving
        .filter(
            ({ kind, metadata }) =>
                kind !== "ServiceAccount" || !used.has(`${metadata.namespace}/${metadata.name}`),
        )
        .map(refTo)
        .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    return { refs, seen: alive };
}

/** Accounts of the pods that do not belong to the leaving workloads. */
async function accountsInUse(
    world: World,
    leaving: readonly KubernetesObject[],
): Promise<ReadonlySet<string>> {
    const accounts = leaving.filter(({ kind }) => kind === "ServiceAccount");
    const namespaces = [...new Set(accounts.map(({ metadata }) => metadata.namespace ?? ""))];
    const workloads = leaving
        .filter(({ kind }) => kind === "Deployment" || kind === "DaemonSet")
        .map(replacedFrom);
    const pods = await Promise.all(
        namespaces.map((namespace) => world.objects.list("v1", "Pod", { namespace })),
    );
    const isLeaving = ({ metadata }: KubernetesObject) =>
        workloads.some(
            ({ ref, labels }) =>
                ref.namespace === metadata.namespace && carriesLabels(metadata.labels, labels),
        );
    const staying = pods.flat().filter((pod) => !isLeaving(pod));
    return new Set(
        staying.map(
            ({ metadata, spec }) =>
                `${metadata.namespace}/${(spec as { serviceAccountName?: string } | undefined)?.serviceAccountName ?? "default"}`,
        ),
    );
}

/** Whoever asks the old controllers must stop asking before they go; their rights go last. */
const LEAVING: readonly ReadonlySet<string>[] = [
    new Set(["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"]),
    new Set(["Deployment", "DaemonSet"]),
];

/** `seen` is their metadata where it was read a moment ago; who goes on with a deletion that was cut off reads it now. Each goes as the very object that was seen, or not at all. */
export async function deleteInOrder(
    world: World,
    refs: readonly ObjectRef[],
    move: DependencyOfRelease,
    seen?: SeenObjects["seen"],
): Promise<void> {
    const rest = refs.filter(({ kind }) => !LEAVING.some((kinds) => kinds.has(kind)));
    for (const group of [...LEAVING.map((kinds) => refs.filter(({ kind }) => kinds.has(kind))), rest]) {
        const alive = seen ?? (await readMetadata(world, group));
        await mapConcurrently(group, async (ref) => {
            const live = alive.get(keyOf(ref));
            if (live === undefined || !isHelms(live, move)) return;
            await world.objects.remove(ref, onlyThis(live));
        });
    }
}
