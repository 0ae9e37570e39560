// The map of this folder: one file per step, each with its plan line, what it remembers, applies and undoes.

import type { Steps } from "../engine/step";
import type { StepTimeouts } from "../engine/stepTimeouts";
import { MigrationStep } from "../plan/plan";
import { type DependencyProfile, dependencyProfiles } from "../profiles/dependencies";
import type { Profile } from "../profiles/profile";
import { backUp } from "./backUp";
import { dependencies } from "./dependencies";
import { finish } from "./finish";
import { identities } from "./identities";
import { install } from "./install";
import { lock } from "./lock";
import { prerequisites } from "./prerequisites";
import { retireHelm } from "./retireHelm";
import { scaleDown } from "./scaleDown";
import { tag } from "./tag";
import { verify } from "./verify";

export type { StepTimeouts } from "../engine/stepTimeouts";

export function stepsOf(
    profile: Profile,
    timeouts: StepTimeouts,
    profilesOfDependencies: readonly DependencyProfile[] = dependencyProfiles,
    dependenciesLeftAlone: readonly string[] = [],
): Steps {
    // The enum is the order; a step that only one of the two knows does not compile.
    const steps: { readonly [Name in MigrationStep]: Steps[number] & { readonly name: Name } } = {
        lock,
        backUp: backUp(profile),
        identities,
        tag,
        prerequisites: prerequisites(profilesOfDependencies, timeouts),
        scaleDown: scaleDown(profile),
        install: install(profile, timeouts),
        verify: verify(profile),
        retireHelm: retireHelm(profile),
        dependencies: dependencies(profilesOfDependencies, timeouts, dependenciesLeftAlone),
        finish: finish(profile),
    };
    return Object.values(MigrationStep).map((name) => steps[name]);
}
