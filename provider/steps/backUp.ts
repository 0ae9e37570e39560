// Reads the live form of everything a move can touch and keeps it in the journal. Its undo, the last of all, gives the fields back to their former managers.

import { counted } from "../../common/counted";
import { mapConcurrently } from "../../common/mapConcurrently";
import { AVAILABLE_MS } from "../../common/timeouts";
import type { Step } from "../engine/step";
import { MOVERS } from "../kubernetes/fieldManagers";
import { keyOf, refTo } from "../kubernetes/objectRef";
import { readMany } from "../kubernetes/readMany";
import { restoreFieldManagers } from "../kubernetes/restoreFieldManagers";
import { type Backup, collect, recordsOf } from "../operations/backup/backup";
import { keepRecords, MOST_APART } from "../operations/backup/largeReleaseRecords";
import { awaitDeletedDefinitions, bringBackMissing } from "../operations/backup/recreateMissing";
import { issuedAnew } from "../operations/backup/reissuedCertificates";
import { noteOnce } from "../operations/handover/assertServes";
import { assertReleaseThere } from "../operations/release/releaseUnchanged";
import { MigrationStep } from "../plan/plan";
import type { KubernetesObject } from "../ports/world";
import type { Profile } from "../profiles/profile";

export function backUp(profile: Profile): Step<MigrationStep.BackUp, Record<string, never>> {
    return {
        name: MigrationStep.BackUp,
        planLine: ({ release, objects, customResources }) => {
            const models = customResources.reduce((sum, { count }) => sum + count, 0);
            const { length } = release.records;
            const whole =
                length > MOST_APART ? `, at least the newest ${MOST_APART} with what they hold` : "";
            return `release revision ${release.revision} (${counted(length, "record")}${whole}, chart ${release.chart} ${release.chartVersion}), ${counted(objects.length, "object")}, ${counted(models, "custom resource")}`;
        },
        remember: async () => ({}),
        apply: async ({ world, plan, journal }) => {
            // A later look might see a world that is half moved, or half restored.
            if (journal.backup.exists()) return;
            const [found, records] = await Promise.all([
                collect(world, plan, profile),
                keepRecords(world, plan, journal.backup),
            ]);
            const backup: Backup = { ...found, ...records };
            // Looked at last: what was taken away meanwhile would be missing in it.
            await assertReleaseThere(world, plan, MigrationStep.BackUp);
            await journal.backup.write(backup);
        },
        undo: async (context) => {
            const { world, plan, journal } = context;
            if (!journal.backup.exists()) return;
            const backup = await journal.backup.read<Backup>();
            await awaitDeletedDefinitions(world, backup, "undo backUp");
            const { made, decisions } = await bringBackMissing(context, backup, "undo backUp");
            noteOnce(journal, decisions);
            const started = plan.controllers
                .map(({ workload }) => workload)
                .filter((ref) => made.includes(keyOf(ref)));
            await world.workloads.waitAvailable(started, AVAILABLE_MS);
            const kept = [...backup.objects, ...(backup.accounts ?? [])];
            const live = await readMany(world, kept.map(refTo));
            await mapConcurrently(kept, async (object) => {
                await restoreFieldManagers(world, object, live.get(keyOf(refTo(object))));
            });
            const records = new Map(
                (await recordsOf(world, plan)).map((record) => [record.metadata.name, record]),
            );
            for (const { apiVersion, kind, metadata } of backup.records)
                await restoreFieldManagers(world, { apiVersion, kind, metadata }, records.get(metadata.name));
            const anew = await issuedAnew(world, backup);
            noteOnce(journal, anew);
            for (const line of anew) world.log.warn(line);
            // The last look before nothing remembers any more what there was.
            await bringBackMissing(context, backup, "undo backUp");
        },
        traces: async ({ world, journal }) => {
            if (!journal.backup.exists()) return [];
            const { objects } = await journal.backup.read<Backup>();
            const live = await readMany(world, objects.map(refTo));
            return objects
                .filter((object) => isWrittenByMove(object, live.get(keyOf(refTo(object)))))
                .map((object) => `fields of ${keyOf(refTo(object))}`);
        },
    };
}

/** Whether EKS or this package owns fields that were others' before; where nobody's were known, they cannot be given back either. */
function isWrittenByMove(before: KubernetesObject, live: KubernetesObject | undefined): boolean {
    const former = new Set((before.metadata.managedFields ?? []).map(({ manager }) => manager));
    return (
        former.size > 0 &&
        (live?.metadata.managedFields ?? []).some(
            ({ manager = "" }) => MOVERS.has(manager) && !former.has(manager),
        )
    );
}
