// A controller whose pods of both generations run comes in; why more than one Lease, or none, decides who works comes out. Changes nothing.
import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import type { BridgedComponent } from "../../plan/bridged";
import type { KubernetesObject, World } from "../../ports/world";
import { recognise } from "../../profiles/controllerSigns";
import type { Profile } from "../../profiles/profile";
import { holderOf, isPodOf } from "./leader";

interface PodTemplate {
    readonly template?: {
        readonly spec?: { readonly containers?: readonly { readonly args?: readonly string[] }[] };
    };
}

/** A sentence; undefined as long as both generations stand for the one Lease that the plan found. */
export async function worksBeside(
    world: World,
    { controllers }: Profile,
    { component, workload, bridge }: BridgedComponent,
): Promise<string | undefined> {
    const { namespace = "" } = workload;
    const [deployments, leases] = await Promise.all([
        world.objects.list("apps/v1", "Deployment", { namespace }),
        world.objects.list("coordination.k8s.io/v1", "Lease", { namespace }),
    ]);
    const next = deployments.filter(
        (one) => isAppliedByEks(one) && recognise(controllers, one)?.signs.component === component,
    );
    const helms = deployments.find(({ metadata }) => metadata.name === workload.name);
    const unelected = next.find((one) => helms !== undefined && isElected(helms) && !isElected(one));
    if (unelected !== undefined)
        return `Deployment ${namespace}/${unelected.metadata.name} of the add-on elects no leader`;
    const second = leases.find(
        (lease) =>
            lease.metadata.name !== bridge.lease.name &&
            next.some(({ metadata }) => isPodOf(holderOf(lease), metadata.name)),
    );
    return (
        second &&
        `a pod of the add-on leads by Lease ${namespace}/${second.metadata.name}, and not by ${bridge.lease.name}`
    );
}

function isElected({ spec }: KubernetesObject): boolean {
    const { containers = [] } = (spec as PodTemplate).template?.spec ?? {};
    return containers.some(({ args = [] }) =>
        args.some((arg) => /^--(enable-)?leader-elect(ion)?(=true)?$/.test(arg)),
    );
}
