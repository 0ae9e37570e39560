// Sends requests to the add-on's Services, which Helm's pods answer: names on their certificate first, what points there second, each change once every pod presents it. Its undo points everything back.
import { counted } from "../../common/counted";
import type { Step } from "../engine/step";
import { readMany } from "../kubernetes/readMany";
import { keyOf, refTo } from "../kubernetes/restore";
import type { Backup } from "../operations/backup/backup";
import { removeQuestions } from "../operations/handover/askPods";
import { keptBridgesOf } from "../operations/handover/keptBridges";
import { redirect as redirectOne, turnBack } from "../operations/handover/redirect";
import { namesService } from "../operations/handover/references";
import { replicasBefore } from "../operations/handover/replicasBefore";
import { refusedForGood, waitForAnswers } from "../operations/models/probes";
import { bridgedOf } from "../plan/bridged";
import { MigrationStep } from "../plan/plan";
import type { Profile } from "../profiles/profile";

/** Where a fault would show; it is undone by pointing back. */
const ANSWER_MS = 15_000;

export interface RedirectMemory {
    /** Kinds of requests that nobody answered before: none of them says anything of the bridge. */
    readonly refusedBefore: readonly string[];
}

export function redirect(profile: Profile): Step<MigrationStep.Redirect, RedirectMemory> {
    return {
        name: MigrationStep.Redirect,
        planLine: (plan) =>
            bridgedOf(plan)
                .map(
                    ({ bridge: { certificate, crds, to } }) =>
                        `${keyOf(certificate)} gets the name of ${to.name}, ${counted(crds.length, "CRD")} ask there; waits up to 5 min until pods present it`,
                )
                .join("; "),
        remember: async (world) => ({ refusedBefore: await refusedForGood(world, profile) }),
        apply: async ({ world, plan, memory, journal }) => {
            const backup = await journal.backup.read<Backup>();
            await removeQuestions(world, journal.migrationId);
            for (const kept of keptBridgesOf(bridgedOf(plan), backup))
                await redirectOne(world, journal.migrationId, kept);
            await waitForAnswers(world, profile, ANSWER_MS, memory.value.refusedBefore);
            journal.note({ redirected: true });
        },
        undo: async ({ world, plan, journal }) => {
            journal.note({ redirected: false });
            const backup = await journal.backup.read<Backup>();
            await removeQuestions(world, journal.migrationId);
            for (const kept of keptBridgesOf(bridgedOf(plan), backup))
                await turnBack(world, journal.migrationId, kept, replicasBefore(plan, kept.component));
        },
        traces: async ({ world, plan }) => {
            const found = await Promise.all(
                bridgedOf(plan).map(async ({ bridge: { crds, to } }) => {
                    const refs = crds.map((name) => ({
                        apiVersion: "apiextensions.k8s.io/v1",
                        kind: "CustomResourceDefinition",
                        name,
                    }));
                    const live = await readMany(world, refs);
                    return [...live.values()]
                        .filter((crd) => namesService(crd, to))
                        .map((crd) => `${keyOf(refTo(crd))} asks Service ${to.namespace}/${to.name}`);
                }),
            );
            return found.flat();
        },
    };
}
