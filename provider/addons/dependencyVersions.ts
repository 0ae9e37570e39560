// Which version of a dependency's add-on fits. Pure.
import type { DependencyProfile } from "../profiles/dependencies";
import { compareVersions, numbersOf } from "./versions";

/**
 * A new one is the newest. One that takes over is the nearest to what runs, and never older: a newer major version may want other rights.
 * Undefined when EKS offers none at or above the minimum.
 */
export function dependencyAddonVersion(
    profile: Pick<DependencyProfile, "minimumVersion">,
    available: readonly string[],
    running: string | undefined,
    isNew: boolean,
): string | undefined {
    const fitting = available
        .filter(
            (version) =>
                compareVersions(version, profile.minimumVersion) >= 0 &&
                (running === undefined || core(version, running) >= 0),
        )
        .sort(compareVersions);
    if (isNew) return fitting[fitting.length - 1];
    const nearest = fitting[0];
    if (nearest === undefined) return undefined;
    // The same version may come in several builds.
    return [...fitting].reverse().find((version) => core(version, nearest) === 0);
}

/** Compares without the build. */
function core(a: string, b: string): number {
    const bare = (version: string) => numbersOf(version).slice(0, 3).join(".");
    return compareVersions(bare(a), bare(b));
}
