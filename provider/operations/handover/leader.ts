// A Lease and a Deployment in; whether a pod of it leads comes out. Changes nothing.
import { poll } from "../../ports/poll";
import type { KubernetesObject, ObjectRef, World } from "../../ports/world";

interface LeaseSpec {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
    readonly renewTime?: string;
}

/** Leases of pods that are gone run out within 15 s, by the defaults of all controllers. */
const ELECTED_MS = 60_000;

/** Why none of its pods leads, a sentence; undefined as soon as one does. */
export async function whyNotLeading(
    world: World,
    lease: ObjectRef,
    workload: ObjectRef,
): Promise<string | undefined> {
    const look = () => whyNotNow(world, lease, workload);
    return poll(world.clock, { timeoutMs: ELECTED_MS, pauseMs: 1_000 }, look, (why) => why === undefined);
}

async function whyNotNow(world: World, lease: ObjectRef, workload: ObjectRef): Promise<string | undefined> {
    const { namespace, name } = lease;
    const [live, pods] = await Promise.all([
        world.objects.read(lease),
        world.objects.list("v1", "Pod", namespace === undefined ? {} : { namespace }),
    ]);
    const holder = holderOf(live);
    if (holder === "") return `nobody holds Lease ${namespace}/${name}`;
    const isThere = pods.some(({ metadata }) => metadata.name === holder);
    return isThere && isPodOf(holder, workload.name)
        ? undefined
        : `Lease ${namespace}/${name} is held by ${holder}, which is no pod of ${workload.name} that runs`;
}

/** The pod that holds it, where holders are called as their pods. */
export function holderOf(lease: KubernetesObject | undefined): string {
    const { holderIdentity = "" } = (lease?.spec ?? {}) as LeaseSpec;
    return holderIdentity.split("_")[0] ?? "";
}

/** Pods are called as their Deployment, with two suffixes. */
export function isPodOf(pod: string, deployment: string): boolean {
    return pod.startsWith(`${deployment}-`) && /^[a-z0-9]+-[a-z0-9]+$/.test(pod.slice(deployment.length + 1));
}
