// Which pod of a controller acts: the one that holds its Lease, as client-go does it. Keeps a record of who acted when; two at once are a violation.
import type { KubernetesObject, ObjectRef } from "../../../provider/ports/world";
import type { Data } from "./data";
import { mayNotWrite } from "./leadershipRules";
import { isReady } from "./pods";
import type { Store } from "./store";

const LEASE_SECONDS = 15;
const RETRY_MS = 2_000;
const RENEW_DEADLINE_MS = 10_000;
const WRITER = { manager: "leader-election", operation: "Update" } as const;

/** Controllers of which only one may act, by image, with the name of their Lease. */
export const ELECTED: Readonly<Record<string, string>> = {
    "hyperpod-inference-operator": "e7d9c1a4.sagemaker.amazonaws.com",
    "aws-load-balancer-controller": "aws-load-balancer-controller-leader",
    "keda-operator": "operator.keda.sh",
};

interface LeaseSpec {
    readonly holderIdentity?: string;
    readonly leaseDurationSeconds?: number;
}

export class Elections {
    constructor(
        readonly store: Store,
        readonly data: () => Data,
        readonly wakeAt: (time: number) => void,
    ) {}

    pass(): void {
        for (const [image, lease] of Object.entries(ELECTED)) {
            const pods = this.store.all("Pod").filter((pod) => runs(pod, image));
            if (this.data().behaviour.elections)
                for (const namespace of new Set(pods.map(({ metadata }) => metadata.namespace ?? "")))
                    this.#elect(pods, { ...LEASE, namespace, name: lease });
            this.#record(image, pods.filter((pod) => this.acts(pod, image)).map(placeOf));
        }
    }

    /** A pod that was told to end may act until it is gone. */
    acts(pod: KubernetesObject, image: string): boolean {
        if (!isReady(pod) && pod.metadata.deletionTimestamp === undefined) return false;
        const lease = ELECTED[image];
        if (lease === undefined || !this.data().behaviour.elections) return true;
        return this.data().leaders.has(pod.metadata.uid ?? "");
    }

    #elect(all: readonly KubernetesObject[], ref: ObjectRef): void {
        const { leaders, observed, now } = this.data();
        const pods = all.filter(({ metadata }) => metadata.namespace === ref.namespace);
        const key = `${ref.namespace}/${ref.name}`;
        const lease = this.store.raw(ref);
        const spec = (lease?.spec ?? {}) as LeaseSpec;
        const { holderIdentity = "", leaseDurationSeconds = LEASE_SECONDS } = spec;
        const leads = ({ metadata }: KubernetesObject) => leaders.has(metadata.uid ?? "");
        // One that has stepped down comes back under another name.
        const holder = pods.find((pod) => pod.metadata.name === holderIdentity && leads(pod));
        if (mayNotWrite(this.store, ref)) {
            this.#stepDown(key, pods);
            return;
        }
        this.data().deniedSince.delete(key);
        const version = lease?.metadata.resourceVersion ?? "";
        const seen = observed.get(key);
        const isSeen = seen?.version === version;
        // A leader that lives renews; nobody needs to see each of these writes.
        const changedAt = isSeen && holder === undefined ? seen.changedAt : now;
        const isDue = isSeen && now >= seen.retryAt;
        const retryAt = isSeen && !isDue ? seen.retryAt : now + RETRY_MS;
        observed.set(key, { version, changedAt, retryAt });
        const incumbents = pods.filter((pod) => pod !== holder && leaders.has(pod.metadata.uid ?? ""));
        const expiresAt = holderIdentity === "" ? now : changedAt + leaseDurationSeconds * 1000;
        if (!isDue) {
            if (holder === undefined || incumbents.length > 0) this.wakeAt(retryAt);
            return;
        }
        // One that led makes a Lease that is gone anew; one that another holds it has lost.
        if (lease !== undefined) for (const { metadata } of incumbents) leaders.delete(metadata.uid ?? "");
        const candidate = incumbents.find(isReady) ?? pods.find(isReady);
        if (holder !== undefined || candidate === undefined) return;
        if (now >= expiresAt) this.#take(candidate, ref, lease);
        else this.wakeAt(Math.max(retryAt, expiresAt));
    }

    /** A leader that cannot renew acts until its deadline. */
    #stepDown(key: string, pods: readonly KubernetesObject[]): void {
        const { deniedSince, leaders, now } = this.data();
        const since = deniedSince.get(key) ?? now;
        deniedSince.set(key, since);
        if (now >= since + RENEW_DEADLINE_MS)
            for (const { metadata } of pods) leaders.delete(metadata.uid ?? "");
        else this.wakeAt(since + RENEW_DEADLINE_MS);
    }

    #take(pod: KubernetesObject, ref: ObjectRef, lease: KubernetesObject | undefined): void {
        const spec = {
            holderIdentity: pod.metadata.name,
            leaseDurationSeconds: LEASE_SECONDS,
            renewTime: new Date(this.data().now).toISOString(),
        };
        if (lease === undefined) {
            const { apiVersion, kind, name, namespace = "" } = ref;
            this.store.create({ apiVersion, kind, metadata: { name, namespace }, spec }, WRITER);
        } else this.store.merge(ref, { spec }, WRITER);
        this.data().leaders.add(pod.metadata.uid ?? "");
    }

    #record(image: string, acting: readonly string[]): void {
        const { acts, now, violations } = this.data();
        const still = new Set(acting);
        for (const [index, act] of acts.entries()) {
            if (act.image !== image || act.until !== undefined) continue;
            if (!still.delete(act.pod)) acts[index] = { ...act, until: now };
        }
        for (const pod of still) acts.push({ image, pod, since: now });
        // Without elections, replicas of one Deployment count as one.
        const { elections } = this.data().behaviour;
        const each = acting.map((pod) => (elections ? pod : pod.slice(0, pod.lastIndexOf(" "))));
        const places = [...new Set(each)].sort();
        const told = `two active controllers ${image}: ${places.join(", ")}`;
        if (places.length > 1 && !violations.includes(told)) violations.push(told);
    }
}

const LEASE = { apiVersion: "coordination.k8s.io/v1", kind: "Lease" } as const;

export function runs({ spec }: KubernetesObject, image: string): boolean {
    const { containers } = spec as { containers: readonly { readonly image: string }[] };
    return (containers[0]?.image ?? "").includes(`/${image}:`);
}

/** `namespace/Deployment pod`. */
function placeOf({ metadata }: KubernetesObject): string {
    return `${metadata.namespace}/${metadata.labels?.app ?? ""} ${metadata.name}`;
}
