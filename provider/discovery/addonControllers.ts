// Looks for controllers that an add-on has brought already, whether it is still there or only they are. Writes nothing.
import { isAppliedByEks } from "../kubernetes/appliedByEks";
import { refTo } from "../kubernetes/objectRef";
import type { PlannedController } from "../plan/plan";
import type { World } from "../ports/world";
import { recognise } from "../profiles/controllerSigns";
import type { Profile } from "../profiles/profile";

/** Those that are to run, with their replicas. */
export async function findAddonControllers(
    world: World,
    { addonNamespace, controllers }: Profile,
): Promise<PlannedController[]> {
    const deployments = await world.objects.list("apps/v1", "Deployment", { namespace: addonNamespace });
    return deployments
        .filter(isAppliedByEks)
        .flatMap((deployment) => {
            const component = recognise(controllers, deployment)?.signs.component;
            const { replicas = 1 } = (deployment.spec ?? {}) as { replicas?: number };
            return component === undefined || replicas === 0
                ? []
                : [{ component, workload: refTo(deployment), replicas }];
        })
        .sort((a, b) => (a.workload.name < b.workload.name ? -1 : 1));
}
