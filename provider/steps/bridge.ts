// Looks whether this cluster lets Helm's pods answer under the add-on's names, and makes the add-on's Services with Helm's pods behind them. Nobody asks these yet. Its undo takes away what it made.
import { mapConcurrently } from "../../common/mapConcurrently";
import type { Step } from "../engine/step";
import { keyOf } from "../kubernetes/restore";
import type { OwnedRef } from "../operations/addon/ownership";
import type { Backup } from "../operations/backup/backup";
import { removeQuestions } from "../operations/handover/askPods";
import { buildBridge, removeBridges, uidOfService } from "../operations/handover/bridge";
import { askCanary } from "../operations/handover/canary";
import { keptBridgesOf } from "../operations/handover/keptBridges";
import { whyNotLeading } from "../operations/handover/leader";
import { notSeamless } from "../operations/handover/notSeamless";
import { bridgedOf } from "../plan/bridged";
import { MigrationStep } from "../plan/plan";

export interface BridgeMemory {
    /** The Services that were made, by UID: once the add-on has taken them over, nothing else tells. */
    readonly made: readonly OwnedRef[];
}

export const bridge: Step<MigrationStep.Bridge, BridgeMemory> = {
    name: MigrationStep.Bridge,
    planLine: (plan) =>
        bridgedOf(plan)
            .map(
                ({ component, bridge: { from, to } }) =>
                    `${component}: Service ${to.namespace}/${to.name} leads to the pods behind ${from.name}; a canary shows first that the API server follows`,
            )
            .join("; "),
    remember: async () => ({ made: [] }),
    apply: async ({ world, plan, memory, journal }) => {
        const { migrationId } = journal;
        const components = bridgedOf(plan);
        // Throws before anything is written when the backup lacks what an undo needs.
        keptBridgesOf(components, await journal.backup.read<Backup>());
        for (const { component, workload, bridge: one } of components) {
            const leads = await whyNotLeading(world, one.lease, workload);
            if (leads !== undefined) throw notSeamless(MigrationStep.Bridge, component, leads);
            const { namespace = "" } = one.to;
            const verdict = await askCanary(world, { migrationId, namespace, target: one.from });
            if (!verdict.followsSlices) throw notSeamless(MigrationStep.Bridge, component, verdict.why);
        }
        for (const { bridge: one } of components) await buildBridge(world, migrationId, one);
        const made = await Promise.all(components.map(({ bridge: one }) => uidOfService(world, one.to)));
        await memory.write({ made });
    },
    undo: async ({ world, plan, memory, journal }) => {
        await removeQuestions(world, journal.migrationId);
        await removeBridges(
            world,
            journal.migrationId,
            bridgedOf(plan).map(({ bridge: one }) => one),
            { isUndo: true },
        );
        await mapConcurrently(memory.value.made, async ({ uid, ...ref }) => {
            const live = await world.objects.read(ref);
            if (live !== undefined && live.metadata.uid === uid)
                await world.objects.remove(ref, uid === undefined ? {} : { uid });
        });
        // The add-on's pod may have ended without giving its Lease back: nobody works until it has run out.
        for (const { component, workload, bridge: one } of bridgedOf(plan)) {
            const why = await whyNotLeading(world, one.lease, workload);
            if (why !== undefined)
                world.log.warn(`undo bridge: Helm's ${component} does not lead yet: ${why}`);
        }
    },
    traces: async ({ world, memory }) => {
        const found = await mapConcurrently(memory.value.made, async ({ uid, ...ref }) =>
            (await world.objects.read(ref))?.metadata.uid === uid ? [keyOf(ref)] : [],
        );
        return found.flat();
    },
};
