// The map of this folder: one file per step, each with its plan line, what it remembers, applies and undoes.

import type { Steps } from "../engine/step";
import type { StepTimeouts } from "../engine/stepTimeouts";
import type { MigrationStep, PlanDraft } from "../plan/plan";
import { orderOf } from "../plan/stepOrders";
import { type DependencyProfile, dependencyProfiles } from "../profiles/dependencies";
import { OPERATOR_OF_ADDON } from "../profiles/hyperPodInference";
import type { Profile } from "../profiles/profile";
import { backUp } from "./backUp";
import { bridge } from "./bridge";
import { dependencies } from "./dependencies";
import { finish } from "./finish";
import { handOver } from "./handOver";
import { identities } from "./identities";
import { install } from "./install";
import { lock } from "./lock";
import { prerequisites } from "./prerequisites";
import { redirect } from "./redirect";
import { retireHelm } from "./retireHelm";
import { scaleDown } from "./scaleDown";
import { tag } from "./tag";
import { verify } from "./verify";

export type { StepTimeouts } from "../engine/stepTimeouts";

/** In the order of the plan. */
export function stepsOf(
    plan: Pick<PlanDraft, "handover">,
    profile: Profile,
    timeouts: StepTimeouts,
    profilesOfDependencies: readonly DependencyProfile[] = dependencyProfiles,
    dependenciesLeftAlone: readonly string[] = [],
): Steps {
    // A step that only the enum or only this folder knows does not compile.
    const steps: { readonly [Name in MigrationStep]: Steps[number] & { readonly name: Name } } = {
        lock,
        backUp: backUp(profile),
        identities,
        tag,
        prerequisites: prerequisites(profilesOfDependencies, timeouts),
        bridge,
        redirect: redirect(profile),
        scaleDown: scaleDown(profile),
        install: install(profile, timeouts),
        handOver: handOver(profile, timeouts),
        verify: verify(profile),
        retireHelm: retireHelm(profile),
        dependencies: dependencies(profilesOfDependencies, timeouts, dependenciesLeftAlone),
        finish: finish(profile, OPERATOR_OF_ADDON),
    };
    return orderOf(plan).map((name) => steps[name]);
}
