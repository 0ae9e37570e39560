// Helm's controllers and the add-on's namespace come in; what a policy, a quota or Pod Security would refuse goes out, asked by dry runs. Writes nothing.

import { refTo } from "../kubernetes/objectRef";
import type { KubernetesObject, ObjectRef, World } from "../ports/world";

export interface PolicyRefusals {
    /** Controllers that may not be scaled to 0. */
    readonly scale: readonly { readonly workload: ObjectRef; readonly why: string }[];
    /** Why a pod like Helm's would not be created in the add-on's namespace. */
    readonly pods: { readonly namespace: string; readonly why: string } | undefined;
}

export async function findRefusals(
    world: World,
    controllers: readonly KubernetesObject[],
    addonNamespace: string,
): Promise<PolicyRefusals> {
    const namespace = await world.objects.read({ apiVersion: "v1", kind: "Namespace", name: addonNamespace });
    const [scale, pods] = await Promise.all([
        Promise.all(
            controllers.map(async (controller) => {
                const workload = refTo(controller);
                const why = await world.workloads.refusedScale(workload, 0);
                return why === undefined ? [] : [{ workload, why }];
            }),
        ),
        // A namespace that is still to be made refuses nothing yet.
        namespace === undefined
            ? []
            : Promise.all(
                  controllers.map((controller) => world.workloads.refusedPod(controller, addonNamespace)),
              ),
    ]);
    const [why] = pods.flatMap((refusal) => refusal ?? []);
    return { scale: scale.flat(), pods: why === undefined ? undefined : { namespace: addonNamespace, why } };
}
