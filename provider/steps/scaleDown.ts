// Stops Helm's controllers, all at once and at the last moment. Its undo brings back the remembered replicas and waits until the requests are answered again that were answered before.

import { canonicalJson } from "../../common/canonicalJson";
import { mapConcurrently, mapToTheEnd } from "../../common/mapConcurrently";
import { AVAILABLE_MS, TERMINATION_MS } from "../../common/timeouts";
import type { Step } from "../engine/step";
import { keyOf } from "../kubernetes/objectRef";
import { readMany } from "../kubernetes/readMany";
import type { Backup } from "../operations/backup/backup";
import { bringBackMissing, isNotBroughtBack } from "../operations/backup/recreateMissing";
import { missingWorkloads, noteOnce, tellDeleted } from "../operations/handover/assertServes";
import {
    isScaledByOthers,
    replicasOf,
    StoppedControllers,
    whoScaled,
} from "../operations/handover/stoppedControllers";
import { refusedForGood, waitForAnswers } from "../operations/models/probes";
import { pausingOf } from "../plan/handoverOrder";
import { MigrationStep, type Plan } from "../plan/plan";
import type { ObjectRef, World } from "../ports/world";
import type { Profile } from "../profiles/profile";

export interface Replicas {
    readonly workloads: readonly Stopped[];
    /** Kinds of requests that nobody answered before: the undo waits for none of them. */
    readonly refusedBefore?: readonly string[];
}

interface Stopped {
    readonly ref: ObjectRef;
    readonly replicas: number;
    /** It lacked pods before the move, and may lack them after its undo. */
    readonly unavailable?: true;
}

export function scaleDown(profile: Profile): Step<MigrationStep.ScaleDown, Replicas> {
    return {
        name: MigrationStep.ScaleDown,
        planLine: (plan) =>
            pausingOf(plan)
                .map(({ workload, replicas }) => `${workload.name} ${replicas} -> 0`)
                .join(", ") || (plan.controllers.length === 0 ? "nothing runs" : "nothing stops"),
        remember: async (world, plan) => {
            const workloads = await Promise.all(
                pausingOf(plan).map(async ({ workload: ref }) => {
                    const status = await world.workloads.status(ref);
                    if (status === undefined) return [];
                    const { desired: replicas, available } = status;
                    return [
                        { ref, replicas, ...(available < replicas ? { unavailable: true as const } : {}) },
                    ];
                }),
            );
            return { workloads: workloads.flat(), refusedBefore: await refusedForGood(world, profile) };
        },
        apply: async (context) => {
            const { world, memory, journal } = context;
            await tellDeleted(context, MigrationStep.ScaleDown);
            if (journal.facts.pausedSince === undefined && memory.value.workloads.length > 0)
                journal.note({ pausedSince: world.clock.now() });
            const { workloads, running } = await withReplicasOfNow(world, memory.value.workloads);
            // Somebody scaled one since it was looked at: that number comes back.
            if (canonicalJson(workloads) !== canonicalJson(memory.value.workloads))
                await memory.amend({ workloads });
            await Promise.all(running.map((ref) => world.workloads.scale(ref, 0)));
            // Two controllers must never act on the same resources: their leases live in different namespaces.
            const refs = workloads.map(({ ref }) => ref);
            const stopped = new StoppedControllers(world, refs, MigrationStep.ScaleDown);
            try {
                await world.workloads.waitGone(refs, TERMINATION_MS);
            } catch (error) {
                // Pods that do not end, or new ones that somebody started.
                if (!(await stopped.look())) throw error;
            }
            // Whether somebody starts them again is looked at once more right before the add-on is asked for.
        },
        undo: async (context) => {
            const { world, plan, memory, journal } = context;
            const backup = await journal.backup.read<Backup>();
            const workloads = withThoseThatWereGone(memory.value, plan);
            const stopped = workloads.map(({ ref }) => ref);
            // What cannot be made again is told once the controllers run: they must not wait for it.
            const brought = await bringBackMissing(context, backup, "undo scaleDown", stopped).catch(
                (error: unknown) => {
                    if (isNotBroughtBack(error)) return error;
                    throw error;
                },
            );
            if (!isNotBroughtBack(brought)) noteOnce(journal, brought.decisions);
            // Where a policy refuses one, the others serve.
            await mapToTheEnd(workloads, (workload) => scaleBack(world, workload));
            const gone = await missingWorkloads(world, stopped);
            const available = workloads.filter(
                ({ unavailable, ref }) => unavailable !== true && !gone.includes(ref),
            );
            await world.workloads.waitAvailable(
                available.map(({ ref }) => ref),
                AVAILABLE_MS,
            );
            if (isNotBroughtBack(brought)) throw brought;
            await waitForAnswers(world, profile, AVAILABLE_MS, memory.value.refusedBefore);
            // A move that is begun again pauses anew.
            journal.note({ pausedSince: undefined });
        },
        traces: async ({ world, memory }) => {
            const found = await mapConcurrently(memory.value.workloads, async ({ ref, replicas }) => {
                const live = await world.objects.read(ref);
                return live !== undefined && replicas > 0 && replicasOf(live) === 0 && !isScaledByOthers(live)
                    ? [`${ref.kind} ${ref.namespace}/${ref.name} at 0 replicas`]
                    : [];
            });
            return found.flat();
        },
    };
}

/** Those at 0 after a crash, or gone, are not running, and come back as they are remembered. */
async function withReplicasOfNow(
    world: World,
    remembered: readonly Stopped[],
): Promise<{ readonly workloads: readonly Stopped[]; readonly running: readonly ObjectRef[] }> {
    const found = await readMany(
        world,
        remembered.map(({ ref }) => ref),
    );
    const live = remembered.map(({ ref }) => {
        const workload = found.get(keyOf(ref));
        return workload === undefined ? 0 : replicasOf(workload);
    });
    return {
        workloads: remembered.map((one, index) => ({ ...one, replicas: live[index] || one.replicas })),
        running: remembered.filter((_, index) => (live[index] ?? 0) > 0).map(({ ref }) => ref),
    };
}

/** Controllers that somebody had taken away when the others were stopped come back with what the plan found. */
function withThoseThatWereGone({ workloads }: Replicas, { controllers }: Plan): Stopped[] {
    const known = new Set(workloads.map(({ ref }) => keyOf(ref)));
    const others = controllers.filter(({ workload }) => !known.has(keyOf(workload)));
    return [...workloads, ...others.map(({ workload, replicas }) => ({ ref: workload, replicas }))];
}

/** Replicas that somebody else has set since stay; none at all would be a controller that serves nobody. */
async function scaleBack(world: World, { ref, replicas }: Stopped): Promise<void> {
    const live = await world.objects.read(ref);
    // Whoever changed the release meanwhile took it out.
    if (live === undefined) return;
    const now = replicasOf(live);
    if (now === replicas) return;
    if (isScaledByOthers(live)) {
        const scaled = `undo scaleDown: ${whoScaled(live)} scaled ${ref.kind} ${ref.namespace}/${ref.name} to ${now} meanwhile`;
        world.log.warn(now === 0 ? `${scaled}; it gets its ${replicas} back` : `${scaled}, which stays`);
        if (now !== 0) return;
    }
    await world.workloads.scale(ref, replicas);
}
