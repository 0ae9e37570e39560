// The release that a user named, or none, comes in; the releases that hold the profile's chart go out, and where a named one does not, which others do. Writes nothing.
import { groupOf } from "../kubernetes/customResourceDefinitions";
import { RELEASE_NAME, RELEASE_NAMESPACE } from "../kubernetes/helmMarks";
import type { KubernetesObject, Release, ReleaseName, World } from "../ports/world";
import { recognise } from "../profiles/controllerSigns";
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
    /** Workloads of the whole cluster. */
    workloads: Promise<readonly KubernetesObject[]>,
): Promise<FoundReleases> {
    const likely = workloads.then((all) => installersOf(all, profile));
    const isNamed = filter.name !== undefined;
    const found = await world.releases.find(profile.chart, { ...filter, ...(isNamed ? {} : { likely }) });
    const releases = found.filter((release) => isOfProfile(release, profile));
    const isMisnamed = releases.length === 0 && (filter.name ?? filter.namespace) !== undefined;
    return {
        releases,
        unrelated: found.filter((release) => !releases.includes(release)),
        others: isMisnamed ? await world.releases.find(profile.chart, { likely }) : [],
    };
}

/** Whose marks the controllers carry that the profile knows. */
function installersOf(workloads: readonly KubernetesObject[], { controllers }: Profile): ReleaseName[] {
    return workloads.flatMap((workload) => {
        const { [RELEASE_NAME]: name, [RELEASE_NAMESPACE]: namespace } = workload.metadata.annotations ?? {};
        if (name === undefined || namespace === undefined) return [];
        return recognise(controllers, workload) === undefined ? [] : [{ name, namespace }];
    });
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
