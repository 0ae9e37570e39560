// A release and its live objects come in; which of them are controllers that a move stops goes out. Pure.
import { keyOf, refTo } from "../kubernetes/objectRef";
import type { KubernetesObject, Release } from "../ports/world";
import { recognise } from "../profiles/controllerSigns";
import type { Profile } from "../profiles/profile";
import { isFrom } from "../settings/releaseValues";

export interface ReleaseController {
    /** "operator", "load balancer controller", … */
    readonly component: string;
    readonly workload: KubernetesObject;
}

/** Those that came with the chart; one of another chart in an umbrella is a neighbour's. */
export function controllersOf(
    release: Release,
    live: ReadonlyMap<string, KubernetesObject>,
    { chart, controllers }: Profile,
): ReleaseController[] {
    return release.objects
        .flatMap((object, index) => {
            const source = release.sources?.[index];
            const workload = live.get(keyOf(refTo(object)));
            if (object.kind !== "Deployment" || workload === undefined || !isFrom(release, chart, source))
                return [];
            const found = recognise(controllers, workload, source) ?? recognise(controllers, object, source);
            return found === undefined ? [] : [{ component: found.signs.component, workload }];
        })
        .sort((a, b) => (keyOf(refTo(a.workload)) < keyOf(refTo(b.workload)) ? -1 : 1));
}
