// The bridges of controllers that hand over, while EKS makes the add-on: kept on pods that move, and given up where two generations would act.

import { isStopped } from "../../../common/errors";
import { mapConcurrently } from "../../../common/mapConcurrently";
import { TERMINATION_MS } from "../../../common/timeouts";
import type { StepContext } from "../../engine/step";
import { poll } from "../../ports/poll";
import type { ObjectRef, World } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import type { InstallMemory } from "../addon/installMemory";
import { worksBeside } from "./bothGenerationsWork";
import { cutBridge } from "./bridge";
import { holdWhenFree, isHeld, isRunningOut, leadsElsewhere, releaseLeases } from "./heldLeases";
import { KeptBridges } from "./keptBridges";
import type { Way } from "./wayInterface";
import { heldFor, namesOf, stillServed, waysOf } from "./waysOfPlan";

/** Those that must not run: those that pause, and those whose work is the add-on's by now. */
export function stoppedOf(
    { plan }: StepContext<InstallMemory>,
    { all }: Pick<KeptBridges, "all">,
): ObjectRef[] {
    const serving = new Set(all.flatMap(({ components }) => components.map(({ component }) => component)));
    return plan.controllers
        .filter(({ component }) => !serving.has(component))
        .map(({ workload }) => workload);
}

export async function keepBridges(
    context: StepContext<InstallMemory>,
    profile: Profile,
): Promise<KeptBridges> {
    const ways = stillServed(await waysOf(context), context.journal.facts.handedOver);
    return new KeptBridges(context.world, ways, (way) => assertOneWorks(context, way, profile));
}

/** Right before EKS is asked: somebody may have undone half of it, and gone forward again. */
export async function redirectAgain(
    { world, memory, journal }: StepContext<InstallMemory>,
    { all }: KeptBridges,
): Promise<void> {
    if (all.length === 0 || journal.facts.redirected === true) return;
    await redirectAll(world, journal.migrationId, all, (_, work) => work());
    journal.note({ redirected: true });
    await memory.write(memory.value);
}

/** Beside each other: each waits for its own pods to present what they are to. Those that are through are kept on their pods meanwhile. */
export async function redirectAll(
    world: World,
    migrationId: string,
    all: readonly Way[],
    told: (way: Way, work: () => Promise<void>) => Promise<void>,
): Promise<void> {
    const through: Way[] = [];
    let following: Promise<void> | undefined;
    const follow = async () => {
        for (const one of through) await one.follow();
    };
    // Two that follow at once would make the same slice.
    const keep = () => {
        following ??= follow().finally(() => {
            following = undefined;
        });
        return following;
    };
    const ended = await Promise.allSettled(
        all.map((way) =>
            told(way, async () => {
                await redirectOne(world, migrationId, way, keep);
                through.push(way);
            }),
        ),
    );
    const failures = ended.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
    if (failures.length > 0) throw failures.find(isStopped) ?? failures[0];
}

/** What an undo that was cut off took away is there again first. */
async function redirectOne(
    world: World,
    migrationId: string,
    way: Way,
    meanwhile: () => Promise<void>,
): Promise<void> {
    // Where the move holds the Lease of Helm's, the add-on's lead, and go on, as they do where an undo had not come to that; unless it has told them to end.
    const { lease, nextLease } = way;
    const isHelmsTurn = await isRunningOut(world, migrationId, lease);
    const areNexts =
        (await isHeld(world, migrationId, lease)) ||
        (await leadsElsewhere(world, migrationId, lease, nextLease));
    if (isHelmsTurn || !areNexts) await holdWhenFree(world, migrationId, heldFor(way));
    if (isHelmsTurn) await releaseLeases(world, migrationId, [{ ref: way.lease }]);
    const there = await Promise.all(way.made.map((ref) => world.objects.read(ref)));
    if (there.includes(undefined)) await way.build();
    await way.redirect(meanwhile);
}

/** Two generations of a controller never act together: where their Leases do not decide, Helm's stops at once. */
async function assertOneWorks(
    { world, memory, journal }: StepContext<InstallMemory>,
    way: Way,
    profile: Profile,
): Promise<void> {
    const { handedOver = [] } = journal.facts;
    const going = way.components.map(({ component }) => component);
    if (going.every((component) => handedOver.includes(component))) return;
    const why = await worksBeside(world, profile, journal.migrationId, way);
    if (why === undefined) return;
    for (const one of way.bridges) await cutBridge(world, journal.migrationId, one);
    const line = `Helm's ${namesOf(way)} stops before the add-on's is available: ${why}`;
    world.log.warn(line);
    journal.note({
        handedOver: [...handedOver, ...going],
        warnings: [...journal.facts.warnings, line],
    });
    await memory.write(memory.value);
    const workloads = way.components.map(({ workload }) => workload);
    for (const workload of workloads)
        if (((await world.workloads.replicas(workload)) ?? 0) > 0) await world.workloads.scale(workload, 0);
    await world.workloads.waitGone(workloads, TERMINATION_MS);
}

/** As long as Helm's pods serve they may move; when the time is over, the wait that follows says why. */
export async function keepUntilAvailable(
    { world }: StepContext<InstallMemory>,
    bridged: KeptBridges,
    workloads: readonly ObjectRef[],
    timeoutMs: number,
): Promise<void> {
    if (bridged.all.length === 0) return;
    const look = async () => {
        await bridged.glance();
        return mapConcurrently(workloads, (ref) => world.workloads.status(ref));
    };
    await poll(world.clock, { timeoutMs, pauseMs: 500 }, look, (all) =>
        all.every((one) => one?.upToDate === true && one.available >= one.desired),
    );
}
