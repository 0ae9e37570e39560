// Sends requests to the add-on's Services, which Helm's pods answer: names on their certificate first, what points there second, each change once every pod presents it. Its undo points everything back.

import { counted } from "../../common/counted";
import { PRESENTED_MS } from "../../common/timeouts";
import type { Step } from "../engine/step";
import { keyOf } from "../kubernetes/objectRef";
import { redirectAll } from "../operations/handover/bridgesWhileInstalling";
import { onItsWay } from "../operations/handover/fallBackToPause";
import { removeQuestions } from "../operations/handover/probePods";
import { waysOf } from "../operations/handover/waysOfPlan";
import { refusedForGood, waitForAnswers } from "../operations/models/probes";
import { type HandingOver, handingOver, isConverting, isShared } from "../plan/handoverOrder";
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
        planLine: (plan) => handingOver(plan).map(describe).join("; "),
        remember: async (world) => ({ refusedBefore: await refusedForGood(world, profile) }),
        apply: async (context) => {
            const { world, plan, memory, journal } = context;
            // Whoever goes on with a move that asked for it: what is left to do, the install step does.
            if ((await world.addons.describe(plan.addon.name)) !== undefined) return;
            const ways = await waysOf(context);
            await removeQuestions(world, journal.migrationId);
            await redirectAll(world, journal.migrationId, ways, (way, work) =>
                onItsWay(MigrationStep.Redirect, way, work),
            );
            await waitForAnswers(world, profile, ANSWER_MS, memory.value.refusedBefore);
            journal.note({ redirected: true });
        },
        undo: async (context) => {
            const { world, journal } = context;
            journal.note({ redirected: false });
            await removeQuestions(world, journal.migrationId);
            for (const way of [...(await waysOf(context))].reverse()) await way.turnBack();
        },
        traces: async (context) => {
            const found = (await waysOf(context)).map((way) => way.traces());
            return (await Promise.all(found)).flat();
        },
    };
}

function describe(one: HandingOver): string {
    if (isConverting(one)) {
        const { certificate, crds, to } = one.bridge;
        return `${keyOf(certificate)} gets the name of ${to.name}, ${counted(crds.length, "CRD")} ask there; waits up to ${PRESENTED_MS / 60_000} min until pods present it`;
    }
    if (isShared(one)) {
        const { secret, nextSecret, references, services } = one.shared;
        return `${keyOf(secret)} and ${keyOf(nextSecret)} get one certificate of the same authority for ${services.map(({ to }) => to.name).join(" and ")} in both namespaces, ${references.map(({ kind, name }) => `${kind} ${name}`).join(" and ")} ask there; waits up to ${PRESENTED_MS / 60_000} min until pods present it`;
    }
    const { secret, configurations, to } = one.admission;
    return `${keyOf(secret)} gets a certificate for ${to.name} too, ${counted(configurations.length, "webhook configuration")} ask there; waits up to ${PRESENTED_MS / 60_000} min until pods present it`;
}
