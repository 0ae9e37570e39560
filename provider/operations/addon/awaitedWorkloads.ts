// What the add-on made, looked at: which workloads are awaited, and what could not be proved to be its own.

import { counted } from "../../../common/counted";
import type { StepContext } from "../../engine/step";
import { keyOf } from "../../kubernetes/objectRef";
import { poll } from "../../ports/poll";
import type { ObjectRef } from "../../ports/world";
import type { Profile } from "../../profiles/profile";
import type { Backup } from "../backup/backup";
import type { Refusals } from "../models/probes";
import { workloadsOf } from "./formerAddon";
import type { InstallMemory } from "./installMemory";
import { describeUnproved, type MadeByAddon } from "./ownership";
import { noWorkloads } from "./wait";

/** How much longer requests are measured that nobody waits for. */
const MEASURED_MS = 10_000;

/** EKS may have made objects of another add-on in the same time: they are told, and never touched. */
export async function tellUnproved(
    { world, journal }: StepContext<InstallMemory>,
    profile: Profile,
    found: Omit<MadeByAddon, "own">,
): Promise<void> {
    const { objects } = await journal.backup.read<Backup>();
    const told = describeUnproved(profile, found, objects);
    if (told === undefined) return;
    world.log.warn(told);
    journal.note({ warnings: [...journal.facts.warnings, told] });
}

/** Those that EKS made, and of a former add-on those that it still has. */
export async function workloadsToAwait(
    { world, journal }: StepContext<InstallMemory>,
    created: readonly ObjectRef[],
): Promise<ObjectRef[]> {
    const former = await Promise.all(
        workloadsOf(await journal.backup.read<Backup>()).map(async (ref) =>
            (await world.objects.read(ref)) === undefined ? [] : [ref],
        ),
    );
    const all = [
        ...created.filter(({ kind }) => kind === "Deployment" || kind === "DaemonSet"),
        ...former.flat(),
    ];
    return [...new Map(all.map((ref) => [keyOf(ref), ref])).values()];
}

export async function waitAvailable(
    { world, plan }: StepContext<InstallMemory>,
    workloads: readonly ObjectRef[],
    timeoutMs: number,
    refusals: Refusals,
): Promise<void> {
    if (workloads.length === 0) throw noWorkloads(plan.addon.name, "install");
    world.log.progress(`install: waiting for ${counted(workloads.length, "workload")} of the add-on`);
    await world.workloads.waitAvailable(workloads, timeoutMs);
    // When the time is over, verify says which requests are refused.
    const pace = { timeoutMs, pauseMs: 250 };
    await poll(
        world.clock,
        pace,
        () => refusals.look(),
        (isRefused) => !isRefused,
    );
    // What is only measured may be answered a little later, or never.
    await poll(
        world.clock,
        { timeoutMs: MEASURED_MS, pauseMs: 250 },
        async () => {
            if (refusals.isAnyRefused()) await refusals.look();
            return refusals.isAnyRefused();
        },
        (isRefused) => !isRefused,
    );
}
