// The release's objects in, each with the part it belongs to and the fields that Helm owns, and the controllers among them. Pure.

import { counted } from "../../common/counted";
import type { Discovery } from "../discovery/discover";
import { isUsualManager } from "../kubernetes/fieldManagers";
import { keyOf, refTo } from "../kubernetes/objectRef";
import type { KubernetesObject, Release } from "../ports/world";
import type { DependencyProfile } from "../profiles/dependencies";
import type { Profile } from "../profiles/profile";
import { isFrom } from "../settings/releaseValues";
import type { PlannedController, PlannedObject } from "./plan";

/** Part of objects that come from other charts of an umbrella chart: nothing of the move's business. */
export const OTHER_CHARTS = "other charts";

export function plannedObjects(
    release: Release,
    discovery: Discovery,
    { profile, dependencies }: { profile: Profile; dependencies: readonly DependencyProfile[] },
): PlannedObject[] {
    return release.objects
        .map((object, index) => {
            const ref = refTo(object);
            const source = release.sources?.[index];
            const live = discovery.live.get(keyOf(ref));
            const helmFields = live === undefined ? 0 : fieldsOf(live, "helm");
            const dependency = dependencies.find((one) => one.owns(object, source))?.addonName;
            const part =
                dependency ?? (isFrom(release, profile.chart, source) ? profile.addonName : OTHER_CHARTS);
            return { ...ref, part, helmFields };
        })
        .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** "acme-audit owns 1 field on Deployment a/b", one line per manager that is neither Helm nor a controller. */
export function foreignFields(objects: readonly PlannedObject[], discovery: Discovery): string[] {
    const found = new Map<string, { fields: number; on: string[] }>();
    for (const { part: _, helmFields: __, ...ref } of objects) {
        const live = discovery.live.get(keyOf(ref));
        const managers = new Set(
            (live?.metadata.managedFields ?? [])
                .filter(({ subresource }) => subresource === undefined || subresource === "")
                .map(({ manager }) => manager ?? ""),
        );
        for (const manager of managers) {
            if (live === undefined || isUsualManager(manager)) continue;
            const seen = found.get(manager) ?? { fields: 0, on: [] };
            found.set(manager, {
                fields: seen.fields + fieldsOf(live, manager),
                on: [...seen.on, `${ref.kind} ${ref.namespace ? `${ref.namespace}/` : ""}${ref.name}`],
            });
        }
    }
    return [...found]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(
            ([manager, { fields, on }]) =>
                `${manager} owns ${counted(fields, "field")} on ${on.slice(0, 3).join(", ")}${on.length > 3 ? ` and ${on.length - 3} more` : ""}`,
        );
}

/** How many fields a manager owns. */
function fieldsOf(object: KubernetesObject, manager: string): number {
    const leaves = (fields: unknown): number =>
        typeof fields !== "object" || fields === null
            ? 0
            : Object.entries(fields).reduce((sum, [, below]) => sum + Math.max(1, leaves(below)), 0);
    return (object.metadata.managedFields ?? [])
        .filter((entry) => entry.manager === manager)
        .reduce((sum, entry) => sum + leaves(entry.fieldsV1), 0);
}

export function plannedControllers({ controllers }: Discovery): PlannedController[] {
    return controllers.map(({ component, workload }) => ({
        component,
        workload: refTo(workload),
        replicas: (workload.spec as { replicas?: number }).replicas ?? 1,
    }));
}
