// A Deployment of Helm's comes in; whether a Service leads to its pods, and by which Lease one of them leads, goes out. Pure.
import { carriesLabels } from "../kubernetes/labels";
import { keyOf, refTo } from "../kubernetes/objectRef";
import type { KubernetesObject, ObjectRef } from "../ports/world";

export function isStopped({ spec }: KubernetesObject): boolean {
    return ((spec as { replicas?: number }).replicas ?? 1) === 0;
}

export function selects(service: KubernetesObject, workload: KubernetesObject): boolean {
    const { selector = {} } = service.spec as { selector?: Record<string, string> };
    const { template } = workload.spec as {
        template?: { metadata?: { labels?: Record<string, string> } };
    };
    return (
        service.metadata.namespace === workload.metadata.namespace &&
        Object.keys(selector).length > 0 &&
        carriesLabels(template?.metadata?.labels, selector)
    );
}

/** The one that decides which pod works; a sentence when there is not exactly one. */
export function leaseOf(leases: readonly KubernetesObject[], workload: KubernetesObject): ObjectRef | string {
    const held = leases.filter((lease) => isHeldBy(lease, workload));
    const refs = new Map(held.map((lease) => [keyOf(refTo(lease)), refTo(lease)]));
    const [lease] = refs.values();
    if (lease === undefined)
        return "no pod of it holds a Lease, so nothing would keep two generations from working at once";
    return refs.size > 1 ? `its pods hold several Leases: ${[...refs.keys()].join(", ")}` : lease;
}

/** Holders are called as their pods, and pods as their Deployment, with two suffixes. */
function isHeldBy({ metadata: lease, spec }: KubernetesObject, { metadata }: KubernetesObject): boolean {
    const { holderIdentity = "" } = (spec ?? {}) as { holderIdentity?: string };
    const [pod = ""] = holderIdentity.split("_");
    return (
        lease.namespace === metadata.namespace &&
        pod.startsWith(`${metadata.name}-`) &&
        /^[a-z0-9]+-[a-z0-9]+$/.test(pod.slice(metadata.name.length + 1))
    );
}
