// Looks whether the add-on serves and the models came through: its workloads run, same custom resources with the same fields, same pods, every kind of request answered. Changes nothing.

import type { Step } from "../engine/step";
import { assertServes } from "../operations/handover/assertServes";
import { MigrationStep, type PlanDraft } from "../plan/plan";
import type { Profile } from "../profiles/profile";

export function verify(profile: Profile): Step<MigrationStep.Verify, Record<string, never>> {
    return {
        name: MigrationStep.Verify,
        planLine: (plan) => `${describeModels(plan)}; ingress creation and external metrics answer`,
        remember: async () => ({}),
        apply: (context) => assertServes(context, profile, MigrationStep.Verify),
        undo: async () => undefined,
    };
}

function describeModels({ customResources }: PlanDraft): string {
    return (
        customResources
            .map(({ kind, count, servedVersions }) => `${count} ${kind} (${servedVersions.join(", ")})`)
            .join(", ") || "no models"
    );
}
