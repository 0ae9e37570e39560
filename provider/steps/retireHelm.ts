// Takes what only Helm needs out of the cluster and hides the release from Helm. Its undo makes the deleted objects again and gives the rest back to Helm.

import { counted } from "../../common/counted";
import { mapConcurrently } from "../../common/mapConcurrently";
import type { Step } from "../engine/step";
import { isAppliedByEks } from "../kubernetes/appliedByEks";
import { awaitCollected } from "../kubernetes/garbageCollection";
import {
    HELM,
    isOfRelease,
    MANAGED_BY,
    RECORD_LABEL,
    RECORD_LABEL_VALUE,
    RELEASE_NAME,
    RELEASE_NAMESPACE,
    recordsSelector,
} from "../kubernetes/helmMarks";
import { keyOf, onlyThis, refTo } from "../kubernetes/objectRef";
import { readMetadata } from "../kubernetes/readMetadata";
import { restoreOver } from "../kubernetes/restore";
import { byRestoreRank } from "../kubernetes/restoreOrder";
import { onceGone } from "../kubernetes/terminating";
import type { Backup } from "../operations/backup/backup";
import { bringBackUnlessHeld } from "../operations/backup/recreateMissing";
import { assertServes } from "../operations/handover/assertServes";
import { StoppedControllers } from "../operations/handover/stoppedControllers";
import { DELETABLE_KINDS } from "../operations/release/deletableKinds";
import { assertReleaseUnchanged } from "../operations/release/releaseUnchanged";
import { MigrationStep, type Plan, type PlannedObject } from "../plan/plan";
import type { KubernetesObject, ObjectRef, World } from "../ports/world";
import type { Profile } from "../profiles/profile";

export interface RetireMemory {
    /** Objects that only Helm owned: they go. */
    readonly deleted: readonly ObjectRef[];
    /** Objects that stay: they lose Helm's ownership. */
    readonly released: readonly ObjectRef[];
    readonly records: readonly string[];
}

export function retireHelm(profile: Profile): Step<MigrationStep.RetireHelm, RetireMemory> {
    return {
        name: MigrationStep.RetireHelm,
        planLine: ({ addon, objects, release }) => {
            const own = objects.filter(({ part }) => part === addon.name);
            return `objects that only Helm uses go (${kinds(own)}); ${counted(release.records.length, "release record")} hidden from Helm, kept for the undo`;
        },
        remember: async (world, plan) => sort(world, plan, profile),
        apply: async (context) => {
            const { world, plan, memory, journal } = context;
            // What was verified may be gone since: nothing of Helm's goes then.
            await assertServes(context, profile, MigrationStep.RetireHelm);
            await assertReleaseUnchanged(world, plan, MigrationStep.RetireHelm);
            // Stopped after that look alone: who applied the release again has Helm's serve, and they are all there is.
            const refs = plan.controllers.map(({ workload }) => workload);
            await new StoppedControllers(world, refs, MigrationStep.RetireHelm).look();
            // First hide the release: from here on no `helm` command can act on half of it.
            await world.releases.retire(
                plan.release.namespace,
                await stillHelms(world, plan, memory.value.records, "helm"),
            );
            // Now nobody can change it any more with helm; until now somebody could.
            await assertReleaseUnchanged(world, plan, MigrationStep.RetireHelm);
            const { deleted, released } = memory.value;
            const live = await readMetadata(world, [...deleted, ...released]);
            await mapConcurrently(deleted, async (ref) => {
                const leaving = live.get(keyOf(ref));
                // Between plan and deletion somebody may have taken it over.
                if (leaving !== undefined && isOfRelease(leaving, plan.release))
                    await world.objects.remove(ref, onlyThis(leaving));
            });
            await removeOrphans(world, await journal.backup.read<Backup>());
            await mapConcurrently(released, (ref) => removeHelmMarks(world, ref, live.get(keyOf(ref))));
        },
        undo: async ({ world, plan, memory, journal }) => {
            const backup = await journal.backup.read<Backup>();
            const held = await bringBackUnlessHeld(world, backup, "undo retireHelm");
            const formerly = new Map(backup.objects.map((object) => [keyOf(refTo(object)), object]));
            const deleted = memory.value.deleted.flatMap((ref) => formerly.get(keyOf(ref)) ?? []);
            const histories = backup.objects.filter(({ kind }) => kind === "ReplicaSet");
            const isPossible = (object: KubernetesObject) => held?.isIn(object) !== true;
            const alive = await readMetadata(world, deleted.map(refTo));
            const gone = deleted.filter((object) => isPossible(object) && !alive.has(keyOf(refTo(object))));
            await awaitCollected(world, gone, "undo retireHelm");
            for (const rank of byRestoreRank([...deleted, ...histories].filter(isPossible))) {
                const refs = rank.map(refTo);
                // A finalizer of somebody's may still hold what the move deleted.
                const there = await onceGone(world, () => readMetadata(world, refs), refs, "undo retireHelm");
                const missing = rank.filter((object) => !there.has(keyOf(refTo(object))));
                await mapConcurrently(missing, async (object) => {
                    await restoreOver(world, withoutReplicas(object), undefined);
                });
            }
            if (held !== undefined) throw held.error;
            const [live, hidden] = await Promise.all([
                readMetadata(world, memory.value.released),
                stillHelms(world, plan, memory.value.records, "other"),
            ]);
            await mapConcurrently(memory.value.released, async (ref) => {
                const before = formerly.get(keyOf(ref));
                if (before !== undefined) await restoreHelmMarks(world, before, live.get(keyOf(ref)));
            });
            await world.releases.restore(plan.release.namespace, hidden);
        },
        traces: async ({ world, plan, memory }) =>
            (await stillHelms(world, plan, memory.value.records, "other")).map(
                (record) => `release record ${record} hidden from Helm`,
            ),
    };
}

/** An undo that was cut off may have made the history of a Deployment again, and not yet the Deployment with which it would go. */
async function removeOrphans(world: World, backup: Backup): Promise<void> {
    const histories = backup.objects.filter(({ kind }) => kind === "ReplicaSet").map(refTo);
    const alive = await readMetadata(world, histories);
    await mapConcurrently(histories, async (ref) => {
        const live = alive.get(keyOf(ref));
        if (live === undefined || (live.metadata.ownerReferences ?? []).length > 0) return;
        await world.objects.remove(ref, onlyThis(live));
    });
}

/** Which objects of the release go and which stay; in doubt they stay. */
async function sort(world: World, plan: Plan, profile: Profile): Promise<RetireMemory> {
    const shared = new Set(profile.sharedWithoutTrace.map(keyOf));
    const used = await serviceAccountsInUse(world, plan);
    const deleted: ObjectRef[] = [];
    const released: ObjectRef[] = [];
    const found = await readMetadata(world, plan.objects);
    for (const { part, helmFields: _, ...ref } of plan.objects) {
        const live = found.get(keyOf(ref));
        if (live === undefined || !isOfRelease(live, plan.release)) continue;
        const isUsed = ref.kind === "ServiceAccount" && used.has(`${ref.namespace}/${ref.name}`);
        const goes =
            part === profile.addonName &&
            DELETABLE_KINDS.has(ref.kind) &&
            !isAppliedByEks(live) &&
            !shared.has(keyOf(ref)) &&
            !isUsed;
        (goes ? deleted : released).push(ref);
    }
    const byKey = (a: ObjectRef, b: ObjectRef) => (keyOf(a) < keyOf(b) ? -1 : 1);
    return { deleted: deleted.sort(byKey), released: released.sort(byKey), records: plan.release.records };
}

/** Accounts that pods outside the release run under. */
async function serviceAccountsInUse(world: World, plan: Plan): Promise<ReadonlySet<string>> {
    const namespaces = [
        ...new Set(
            plan.objects
                .filter(({ kind }) => kind === "ServiceAccount")
                .map(({ namespace }) => namespace ?? ""),
        ),
    ];
    const pods = await Promise.all(
        namespaces.map((namespace) => world.objects.list("v1", "Pod", { namespace })),
    );
    return new Set(
        pods
            .flat()
            .map(
                ({ metadata, spec }) =>
                    `${metadata.namespace}/${(spec as { serviceAccountName?: string } | undefined)?.serviceAccountName ?? "default"}`,
            ),
    );
}

async function removeHelmMarks(
    world: World,
    ref: ObjectRef,
    live: KubernetesObject | undefined,
): Promise<void> {
    if (live?.metadata.annotations?.[RELEASE_NAME] === undefined) return;
    const helmLabel = live.metadata.labels?.[MANAGED_BY] === HELM ? { labels: { [MANAGED_BY]: null } } : {};
    await world.objects.merge(ref, {
        metadata: { ...helmLabel, annotations: { [RELEASE_NAME]: null, [RELEASE_NAMESPACE]: null } },
    });
}

async function restoreHelmMarks(
    world: World,
    before: KubernetesObject,
    live: KubernetesObject | undefined,
): Promise<void> {
    if (live === undefined) return;
    const label = before.metadata.labels?.[MANAGED_BY];
    const name = before.metadata.annotations?.[RELEASE_NAME];
    if (live.metadata.annotations?.[RELEASE_NAME] === name && live.metadata.labels?.[MANAGED_BY] === label)
        return;
    await world.objects.merge(refTo(before), {
        metadata: {
            ...(label === undefined ? {} : { labels: { [MANAGED_BY]: label } }),
            annotations: {
                [RELEASE_NAME]: name,
                [RELEASE_NAMESPACE]: before.metadata.annotations?.[RELEASE_NAMESPACE],
            },
        },
    });
}

/** Records that carry Helm's label now, or those that do not; a rerun writes only what is missing. */
async function stillHelms(
    world: World,
    plan: Plan,
    records: readonly string[],
    which: "helm" | "other",
): Promise<string[]> {
    const secrets = await world.objects.list("v1", "Secret", {
        namespace: plan.release.namespace,
        labelSelector: recordsSelector(plan.release.name),
        metadataOnly: true,
    });
    const names = secrets
        .filter(
            ({ metadata }) => (metadata.labels?.[RECORD_LABEL] === RECORD_LABEL_VALUE) === (which === "helm"),
        )
        .map(({ metadata }) => metadata.name);
    return records.filter((record) => names.includes(record));
}

function withoutReplicas(object: KubernetesObject): KubernetesObject {
    const spec = object.spec as { replicas?: number } | undefined;
    return spec?.replicas === undefined ? object : { ...object, spec: { ...spec, replicas: 0 } };
}

function kinds(objects: readonly PlannedObject[]): string {
    const deployments = objects.filter(({ kind }) => kind === "Deployment").length;
    const accounts = objects.filter(({ kind }) => kind === "ServiceAccount").length;
    return `${counted(deployments, "deployment")}, up to ${counted(accounts, "service account")}, roles and services of the same release`;
}
