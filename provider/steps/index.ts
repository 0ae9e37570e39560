// The order of a move, and the map of this folder: one file per step, each with what it remembers, applies and undoes.

import type { Steps } from "../engine/saga";
import type { StepTimeouts } from "../engine/stepTimeouts";
import { type DependencyProfile, dependencyProfiles } from "../profiles/dependencies";
import type { Profile } from "../profiles/profile";
import { backUp } from "./backUp";
import { dependencies } from "./dependencies";
import { finish } from "./finish";
import { identities } from "./identities";
import { install } from "./install";
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
): Steps {
    return [
        backUp(profile),
        identities,
        tag,
        prerequisites(profilesOfDependencies, timeouts),
        scaleDown(profile),
        install(profile, timeouts),
        verify(profile),
        retireHelm(profile),
        dependencies(profilesOfDependencies, timeouts),
        finish,
    ];
}
