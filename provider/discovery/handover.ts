// Controllers of a release come in; what decides whether they can hand over without a pause goes out: who leads, and which names of the add-on are taken. Writes nothing.
import { mapConcurrently } from "../../common/mapConcurrently";
import { HANDOVER_RIGHTS } from "../permissions/clusterRights";
import type { ClusterRight, KubernetesObject, ObjectRef, World } from "../ports/world";
import type { Profile } from "../profiles/profile";
import type { ReleaseController } from "./controllers";

export interface FoundForHandover {
    /** Of the namespaces of the controllers that could hand over. */
    readonly leases: readonly KubernetesObject[];
    /** Services that are there under the names that the add-on's will have. */
    readonly taken: readonly ObjectRef[];
    /** What this principal may not, and would have to. */
    readonly missingRights: readonly ClusterRight[];
}

export async function findForHandover(
    world: World,
    { controllers: all, addonNamespace }: Profile,
    controllers: readonly ReleaseController[],
): Promise<FoundForHandover> {
    const found = await mapConcurrently(controllers, async ({ component, workload }) => {
        const signs = all.find((one) => one.component === component)?.handover;
        if (signs === undefined) return { isAsked: false, leases: [], taken: [] };
        const service = serviceOfAddon(addonNamespace, signs.conversionService);
        const { namespace = "" } = workload.metadata;
        const [leases, there] = await Promise.all([
            world.objects.list("coordination.k8s.io/v1", "Lease", { namespace }),
            world.objects.read(service),
        ]);
        return { isAsked: true, leases, taken: there === undefined ? [] : [service] };
    });
    const asked = found.some(({ isAsked }) => isAsked)
        ? HANDOVER_RIGHTS.map((right) => ({ ...right, namespace: addonNamespace }))
        : [];
    const answers = await mapConcurrently(asked, async (right) => world.permissions?.allows(right));
    return {
        missingRights: asked.filter((_, index) => answers[index] === false),
        leases: found.flatMap(({ leases }) => leases),
        taken: found.flatMap(({ taken }) => taken),
    };
}

export function serviceOfAddon(namespace: string, name: string): ObjectRef {
    return { apiVersion: "v1", kind: "Service", namespace, name };
}
