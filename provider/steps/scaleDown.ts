// Stops Helm's controllers, all at once and at the last moment. Its undo brings back the remembered replicas and waits until requests are answered again.

import { waitForAnswers } from "../operations/answers";
import { MigrationStep } from "../plan";
import type { Profile } from "../profiles/profile";
import type { Step } from "../saga";
import type { ObjectRef } from "../world";

export interface Replicas {
    readonly workloads: readonly { readonly ref: ObjectRef; readonly replicas: number }[];
}

/** Pods get 30 s to end by themselves, and a little more. */
const TERMINATION_MS = 45_000;
const AVAILABLE_MS = 10 * 60_000;

export function scaleDown(profile: Profile): Step<Replicas> {
    return {
        name: MigrationStep.ScaleDown,
        remember: async (world, plan) => ({
            workloads: (
                await Promise.all(
                    plan.controllers.map(async ({ workload }) => ({
                        ref: workload,
                        replicas: await world.workloads.replicas(workload),
                    })),
                )
            ).flatMap(({ ref, replicas }) => (replicas === undefined ? [] : [{ ref, replicas }])),
        }),
        apply: async ({ world, memory, journal }) => {
            if (journal.facts.pausedSince === undefined) journal.note({ pausedSince: world.clock.now() });
            await Promise.all(
                memory.workloads.map(async ({ ref }) => {
                    // Already 0 after a crash, or gone: nothing to write.
                    if (((await world.workloads.replicas(ref)) ?? 0) > 0) await world.workloads.scale(ref, 0);
                }),
            );
            // Two controllers must never act on the same resources: their leases live in different namespaces.
            await world.workloads.waitGone(
                memory.workloads.map(({ ref }) => ref),
                TERMINATION_MS,
            );
        },
        undo: async ({ world, memory, journal }) => {
            await Promise.all(
                memory.workloads.map(async ({ ref, replicas }) => {
                    if ((await world.workloads.replicas(ref)) !== replicas)
                        await world.workloads.scale(ref, replicas);
                }),
            );
            await world.workloads.waitAvailable(
                memory.workloads.map(({ ref }) => ref),
                AVAILABLE_MS,
            );
            await waitForAnswers(world, profile, AVAILABLE_MS);
            // A move that is begun again pauses anew.
            journal.note({ pausedSince: undefined });
        },
    };
}
