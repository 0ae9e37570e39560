// The release that a user named, or none, comes in; the releases that hold the profile's chart go out, and where a named one does not, which others do. Writes nothing.
import { groupOf } from "../kubernetes/customResourceDefinitions";
import type { Release, World } from "../ports/world";
import type { Profile } from "../profiles/profile";
import { holdsChart } from "../settings/releaseValues";

export interface FoundReleases {
    /** Those that hold the chart, or a copy of it under another name. */
    readonly releases: readonly Release[];
    /** Named by the user, and about something else. */
    readonly unrelated: readonly Release[];
    /** Hold the chart though the user named another release; looked for only when the named one does not. */
    readonly others: readonly Release[];
}

export async function findReleases(
    world: World,
    profile: Profile,
    filter: { readonly name?: string; readonly namespace?: string },
): Promise<FoundReleases> {
    const found = await world.releases.find(profile.chart, filter);
    const releases = found.filter((release) => isOfProfile(release, profile));
    const isMisnamed = releases.length === 0 && (filter.name ?? filter.namespace) !== undefined;
    return {
        releases,
        unrelated: found.filter((release) => !releases.includes(release)),
        others: isMisnamed ? await world.releases.find(profile.chart, {}) : [],
    };
}

/** A vendored copy may be called otherwise: it is known by the kinds that it brings. */
function isOfProfile(release: Release, { chart, customResourceGroups }: Profile): boolean {
    return (
        holdsChart(release, chart) ||
        release.objects.some(
            (object) =>
                object.kind === "CustomResourceDefinition" && customResourceGroups.includes(groupOf(object)),
        )
    );
}
