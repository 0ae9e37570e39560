// Looks whether this cluster lets Helm's pods answer under the add-on's names, makes the add-on's Services with Helm's pods behind them, and holds the Leases by which the add-on's would lead. Nobody asks these Services yet. Its undo takes away what it made.
import { mapConcurrently } from "../../common/mapConcurrently";
import type { Step } from "../engine/step";
import { keyOf } from "../kubernetes/objectRef";
import type { OwnedRef } from "../operations/addon/ownership";
import { removeBridges } from "../operations/handover/bridge";
import { askCanary } from "../operations/handover/canary";
import { notSeamless, onItsWay } from "../operations/handover/fallBackToPause";
import { holdLeases, rememberLeases } from "../operations/handover/heldLeases";
import { whyNotLeading } from "../operations/handover/leader";
import { removeQuestions } from "../operations/handover/probePods";
import { removeWaiting } from "../operations/handover/sharedAuthority";
import { isOfMove, withUid } from "../operations/handover/temporaryObjects";
import { giveLeasesBack } from "../operations/handover/undoHandovers";
import type { Way } from "../operations/handover/wayInterface";
import { heldFor, namesOf, waysOf } from "../operations/handover/waysOfPlan";
import { handingOver, isConverting, leasesOf, servicesOf, together } from "../plan/handoverOrder";
import { MigrationStep } from "../plan/plan";
import type { KubernetesObject, World } from "../ports/world";

export interface BridgeMemory {
    /** The Services, and the Secret of those that share an authority, that were made, by UID: once the add-on has taken them over, nothing else tells. */
    readonly made: readonly OwnedRef[];
}

export const bridge: Step<MigrationStep.Bridge, BridgeMemory> = {
    name: MigrationStep.Bridge,
    planLine: (plan) =>
        handingOver(plan)
            .map((one) => {
                const { nextLease } = leasesOf(one);
                const held = isConverting(one)
                    ? ""
                    : `, Lease ${nextLease.namespace}/${nextLease.name} is held so that the add-on's waits`;
                const each = servicesOf(one).map(
                    ({ from, to }) =>
                        `Service ${to.namespace}/${to.name} leads to the pods behind ${from.name}`,
                );
                const names = together(plan, one).map(({ component }) => component);
                return `${names.join(", ")}: ${each.join(", ")}${held}; a canary shows first that the API server follows`;
            })
            .join("; "),
    remember: async () => ({ made: [] }),
    apply: async (context) => {
        const { world, plan, memory, journal } = context;
        const { migrationId } = journal;
        // Whoever goes on with a move that asked for it: its Services are the add-on's.
        if ((await world.addons.describe(plan.addon.name)) !== undefined) return;
        const ways = await waysOf(context);
        for (const way of ways)
            await onItsWay(MigrationStep.Bridge, way, () => assertLeads(world, migrationId, way));
        // Left by an undo that was cut off: the add-on's by now, and nobody asks them.
        await removeMade(world, memory.value, (live) => !isOfMove(live, migrationId));
        for (const way of ways)
            await onItsWay(MigrationStep.Bridge, way, async () => {
                await holdLeases(world, migrationId, await rememberLeases(world, heldFor(way)));
                await way.build();
            });
        const made = ways.flatMap((way) => way.made);
        await memory.write({ made: await Promise.all(made.map((ref) => withUid(world, ref))) });
    },
    undo: async (context) => {
        const { world, plan, memory, journal } = context;
        await Promise.all([removeQuestions(world, journal.migrationId), giveLeasesBack(context)]);
        await removeBridges(world, journal.migrationId, handingOver(plan).flatMap(servicesOf), {
            isUndo: true,
        });
        await removeWaiting(world, journal.migrationId);
        await removeMade(world, memory.value);
        // The add-on's pod may have ended without giving its Lease back: nobody works until it has run out.
        for (const one of handingOver(plan)) {
            const why = await whyNotLeading(world, leasesOf(one).lease, one.workload);
            if (why !== undefined)
                world.log.warn(`undo bridge: Helm's ${one.component} does not lead yet: ${why}`);
        }
    },
    traces: async ({ world, memory }) => {
        const found = await mapConcurrently(memory.value.made, async ({ uid, ...ref }) =>
            (await world.objects.read(ref))?.metadata.uid === uid ? [keyOf(ref)] : [],
        );
        return found.flat();
    },
};

async function removeMade(
    world: World,
    { made }: BridgeMemory,
    isMeant: (live: KubernetesObject) => boolean = () => true,
): Promise<void> {
    await mapConcurrently(made, async ({ uid, ...ref }) => {
        const live = await world.objects.read(ref);
        if (live !== undefined && live.metadata.uid === uid && isMeant(live))
            await world.objects.remove(ref, uid === undefined ? {} : { uid });
    });
}

/** One of Helm's pods leads, and the API server asks whom our slices name. */
async function assertLeads(world: World, migrationId: string, way: Way): Promise<void> {
    const [first] = way.components;
    const leads = first && (await whyNotLeading(world, way.lease, first.workload));
    if (leads !== undefined) throw notSeamless(MigrationStep.Bridge, namesOf(way), leads);
    for (const { from, to } of way.bridges) {
        const { namespace = "" } = to;
        const verdict = await askCanary(world, { migrationId, namespace, target: from });
        if (!verdict.followsSlices) throw notSeamless(MigrationStep.Bridge, namesOf(way), verdict.why);
    }
}
