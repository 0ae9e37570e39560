// An add-on on its way comes in; since when each of its controllers has a pod that is available goes out, as far as looks can tell. Writes nothing.
import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import type { KubernetesObject, World } from "../../ports/world";
import { recognise } from "../../profiles/controllerSigns";
import type { Profile } from "../../profiles/profile";

export class Absences {
    readonly #backSince = new Map<string, number>();

    constructor(
        readonly world: World,
        readonly profile: Profile,
    ) {}

    async look(): Promise<void> {
        const { addonNamespace: namespace, controllers } = this.profile;
        const deployments = await this.world.objects.list("apps/v1", "Deployment", { namespace });
        const now = this.world.clock.now();
        for (const deployment of deployments.filter(isAppliedByEks)) {
            const component = recognise(controllers, deployment)?.signs.component;
            if (component === undefined) continue;
            if (!hasPod(deployment)) this.#backSince.delete(component);
            else if (!this.#backSince.has(component)) this.#backSince.set(component, now);
        }
    }

    /** Milliseconds since the epoch; undefined for one that was not seen to work. */
    backSince(component: string): number | undefined {
        return this.#backSince.get(component);
    }
}

function hasPod({ status }: KubernetesObject): boolean {
    return ((status as { availableReplicas?: number } | undefined)?.availableReplicas ?? 0) > 0;
}
