// The add-on is gone, what it made still runs: every controller of Helm's that handed over serves again before the add-on's stop, and leads once these have. Where that cannot be, the undo pauses, and says so.
import { isStopped, messageOf } from "../../../common/errors";
import { mapConcurrently } from "../../../common/mapConcurrently";
import type { StepContext } from "../../engine/step";
import { keyOf } from "../../kubernetes/objectRef";
import { handingOver, type Leases, leasesOf } from "../../plan/handoverOrder";
import type { ObjectRef } from "../../ports/world";
import type { Backup } from "../backup/backup";
import { bringBackMissing } from "../backup/recreateMissing";
import { noteOnce } from "./assertServes";
import { isHeld, letRunOut, releaseLeases } from "./heldLeases";
import { KeptBridges } from "./keptBridges";
import { endRules, oneWriteDecides } from "./leadershipRule";
import type { Way } from "./wayInterface";
import { namesOf, stillServed, waysOf } from "./waysOfPlan";

export async function turnBackAll<Memory>(context: StepContext<Memory>, backup: Backup): Promise<void> {
    const { plan, memory, journal } = context;
    if (handingOver(plan).length === 0) return;
    const { handedOver, redirected } = journal.facts;
    // From here on Helm's generation is to lead.
    journal.note({ handedOver: [], redirected: false });
    await memory.write(memory.value);
    const pauses = (which: string, error: unknown) => {
        if (isStopped(error)) throw error;
        const line = `the undo pauses ${which}, because it could not hand over: ${messageOf(error)}`;
        // The journal goes with the undo.
        context.world.log.warn(line);
        noteOnce(journal, [line]);
    };
    let ways: readonly Way[] = [];
    try {
        const stopped = plan.controllers.map(({ workload }) => workload);
        await bringBackMissing(context, backup, "undo install", stopped);
        ways = await waysOf(context);
    } catch (error) {
        const names = handingOver(plan).map(({ component }) => component);
        pauses(names.join(", "), error);
    }
    // Whoever converts the models is needed longest on the way there, and comes first in an undo.
    let bridged = redirected === true ? stillServed(ways, handedOver) : [];
    for (const way of [...ways].reverse())
        try {
            bridged = bridged.filter((one) => one !== way);
            await followedBridges(context, bridged).during(() => way.turnBack());
        } catch (error) {
            pauses(namesOf(way), error);
        }
}

/** Helm's pods may serve over them, and move. What goes wrong there is told, and holds no undo up. */
export function followedBridges<Memory>({ world }: StepContext<Memory>, ways: readonly Way[]): KeptBridges {
    const keepUp = (way: Way) =>
        way.keepUp().catch((error: unknown) => {
            if (isStopped(error)) throw error;
            world.log.warn(`undo install: requests may not follow pods that move: ${messageOf(error)}`);
        });
    return new KeptBridges(
        world,
        ways.map((way) => ({ ...way, keepUp: () => keepUp(way) })),
    );
}

/** Before those of the add-on are told to end: a mover that dies from here on leaves Helm's to lead. */
export async function letLeadAgain<Memory>({ world, plan, journal }: StepContext<Memory>): Promise<void> {
    const { migrationId } = journal;
    // Components may share a Lease.
    const turns = new Map(handingOver(plan).map((one) => [keyOf(leasesOf(one).lease), leasesOf(one)]));
    await mapConcurrently([...turns.values()], async ({ lease: to, nextLease: from }) => {
        if (!(await isHeld(world, migrationId, to))) return;
        await oneWriteDecides(world, migrationId, { from, to });
        await letRunOut(world, migrationId, [to]);
    });
}

/** No pod of the add-on runs any more: Leases of Helm's that the move holds are free. */
export async function leadAgain<Memory>(context: StepContext<Memory>): Promise<void> {
    if (handingOver(context.plan).length === 0) return;
    await giveBack(context, ({ lease }) => [lease]);
}

/** Whatever the move still holds. */
export async function giveLeasesBack<Memory>(context: StepContext<Memory>): Promise<void> {
    await giveBack(context, ({ lease, nextLease }) => [lease, nextLease]);
}

async function giveBack<Memory>(
    { world, plan, journal }: StepContext<Memory>,
    which: (leases: Leases) => readonly ObjectRef[],
): Promise<void> {
    const { migrationId } = journal;
    const refs = handingOver(plan).flatMap((one) => which(leasesOf(one)));
    // The pods that a rule is about are gone, and it says nothing once its Lease is.
    await Promise.all([
        endRules(world, migrationId),
        releaseLeases(
            world,
            migrationId,
            refs.map((ref) => ({ ref })),
        ),
    ]);
}
