// Controllers whose pods of both generations run come in; why the Leases that the plan found do not decide who works comes out. Changes nothing.
import { isAppliedByEks } from "../../kubernetes/appliedByEks";
import type { KubernetesObject, World } from "../../ports/world";
import { recognise } from "../../profiles/controllerSigns";
import type { Profile } from "../../profiles/profile";
import { isHeld } from "./heldLeases";
import { holderOf, isPodOf } from "./leader";
import type { Way } from "./wayInterface";
import { heldFor } from "./waysOfPlan";

interface PodTemplate {
    readonly template?: {
        readonly spec?: { readonly containers?: readonly { readonly args?: readonly string[] }[] };
    };
}

const LEASE = ["coordination.k8s.io/v1", "Lease"] as const;

/** A sentence; undefined as long as one Lease decides for both generations, or the move keeps the one that waits from leading. */
export async function worksBeside(
    world: World,
    { controllers }: Profile,
    migrationId: string,
    way: Way,
): Promise<string | undefined> {
    // Nobody of Helm's leads then.
    if (await isHeld(world, migrationId, way.lease)) return undefined;
    const { components, nextLease } = way;
    const { namespace = "" } = nextLease;
    const [deployments, leases, former] = await Promise.all([
        world.objects.list("apps/v1", "Deployment", { namespace }),
        world.objects.list(...LEASE, { namespace }),
        Promise.all(components.map(({ workload }) => world.objects.read(workload))),
    ]);
    const names = new Set(components.map(({ component }) => component));
    const next = deployments.filter(
        (one) => isAppliedByEks(one) && names.has(recognise(controllers, one)?.signs.component ?? ""),
    );
    const areTwo = heldFor(way).length > 0;
    // Controllers of several generations and places elect a leader unless they are told not to.
    const isHelmsElected = !areTwo && former.some((one) => one !== undefined && isElected(one));
    const unelected = next.find((one) => isTold(one, false) || (isHelmsElected && !isElected(one)));
    if (unelected !== undefined)
        return `Deployment ${namespace}/${unelected.metadata.name} of the add-on elects no leader`;
    const second = leases.find(
        (lease) =>
            (areTwo || lease.metadata.name !== nextLease.name) &&
            next.some(({ metadata }) => isPodOf(holderOf(lease), metadata.name)),
    );
    if (second === undefined) return undefined;
    const led = `a pod of the add-on leads by Lease ${namespace}/${second.metadata.name}`;
    return second.metadata.name === nextLease.name
        ? `${led}, which the move held`
        : `${led}, and not by ${nextLease.name}`;
}

function isElected(deployment: KubernetesObject): boolean {
    return isTold(deployment, true);
}

/** Whether its arguments say that it elects a leader, or that it does not. */
function isTold({ spec }: KubernetesObject, elects: boolean): boolean {
    const { containers = [] } = (spec as PodTemplate).template?.spec ?? {};
    const told = elects ? "(=true)?" : "=false";
    const form = new RegExp(`^--(enable-)?leader-elect(ion)?${told}$`);
    return containers.some(({ args = [] }) => args.some((arg) => form.test(arg)));
}
