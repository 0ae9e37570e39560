// The bridges of controllers that hand over, while EKS makes the add-on: kept on pods that move, and given up where two generations would act.

import { mapConcurrently } from "../../../common/mapConcurrently";
import { TERMINATION_MS } from "../../../common/timeouts";
import type { StepContext } from "../../engine/step";
import type { BridgedComponent } from "../../plan/bridged";
import { poll } from "../../ports/poll";
import type { ObjectRef } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import type { InstallMemory } from "../addon/installMemory";
import type { Backup } from "../backup/backup";
import { KeptBridges, keptBridgesOf, stillBridged } from "./keptBridges";
import { redirect } from "./redirect";
import { worksBeside } from "./secondGeneration";

/** Those that must not run: those that pause, and those whose work is the add-on's by now. */
export function stoppedOf({ plan, journal }: StepContext<InstallMemory>): ObjectRef[] {
    const serving = new Set(stillBridged(plan, journal.facts.handedOver).map(({ component }) => component));
    return plan.controllers
        .filter(({ component }) => !serving.has(component))
        .map(({ workload }) => workload);
}

export async function keepBridges(
    context: StepContext<InstallMemory>,
    profile: Profile,
): Promise<KeptBridges> {
    const { world, plan, journal } = context;
    const components = stillBridged(plan, journal.facts.handedOver);
    const kept =
        components.length === 0 ? [] : keptBridgesOf(components, await journal.backup.read<Backup>());
    return new KeptBridges(world, journal.migrationId, kept, (component) =>
        assertOneWorks(context, component, profile),
    );
}

export async function redirectAgain(
    { world, memory, journal }: StepContext<InstallMemory>,
    { all }: KeptBridges,
): Promise<void> {
    if (all.length === 0) return;
    for (const kept of all) await redirect(world, journal.migrationId, kept);
    journal.note({ redirected: true });
    await memory.write(memory.value);
}

/** Two generations of a controller never act together: where their Lease does not decide, Helm's stops at once. */
async function assertOneWorks(
    { world, memory, journal }: StepContext<InstallMemory>,
    one: BridgedComponent,
    profile: Profile,
): Promise<void> {
    const { handedOver = [] } = journal.facts;
    if (handedOver.includes(one.component)) return;
    const why = await worksBeside(world, profile, one);
    if (why === undefined) return;
    const line = `Helm's ${one.component} stops before the add-on's is available: ${why}`;
    world.log.warn(line);
    journal.note({
        handedOver: [...handedOver, one.component],
        warnings: [...journal.facts.warnings, line],
    });
    await memory.write(memory.value);
    if (((await world.workloads.replicas(one.workload)) ?? 0) > 0)
        await world.workloads.scale(one.workload, 0);
    await world.workloads.waitGone([one.workload], TERMINATION_MS);
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
