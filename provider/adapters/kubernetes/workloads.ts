// The port `Workloads`: Deployments and DaemonSets, their replicas and their pods.
import { ErrorCode, MigrationError } from "../../../common/errors";
import type {
    Clock,
    KubernetesObject,
    ObjectRef,
    Objects,
    WorkloadStatus,
    Workloads,
} from "../../ports/world";

const POLL_MS = 250;
/** Pods that go keep everybody waiting. */
const GONE_POLL_MS = 100;

interface WorkloadShape {
    spec?: { replicas?: number; selector?: { matchLabels?: Record<string, string> } };
    status?: {
        observedGeneration?: number;
        replicas?: number;
        updatedReplicas?: number;
        availableReplicas?: number;
        desiredNumberScheduled?: number;
        updatedNumberScheduled?: number;
        numberAvailable?: number;
    };
}

interface PodShape {
    status?: {
        phase?: string;
        conditions?: { type: string; status: string; reason?: string; message?: string }[];
        initContainerStatuses?: ContainerShape[];
        containerStatuses?: ContainerShape[];
    };
}

interface ContainerShape {
    name: string;
    ready?: boolean;
    state?: {
        waiting?: { reason?: string; message?: string };
        terminated?: { reason?: string; message?: string };
    };
}

export class KubernetesWorkloads implements Workloads {
    constructor(
        readonly objects: Objects,
        readonly clock: Clock,
    ) {}

    async replicas(ref: ObjectRef): Promise<number | undefined> {
        const live = await this.objects.read(ref);
        return live && ((live as WorkloadShape).spec?.replicas ?? 1);
    }

    async scale(ref: ObjectRef, replicas: number): Promise<void> {
        await this.objects.merge(ref, { spec: { replicas } });
    }

    async waitGone(refs: readonly ObjectRef[], timeoutMs: number): Promise<void> {
        const targets = await Promise.all(refs.map((ref) => this.objects.read(ref)));
        await this.#waitFor(
            timeoutMs,
            async () => {
                const left = await Promise.all(
                    targets.flatMap((target) => (target === undefined ? [] : [this.#podsOf(target)])),
                );
                const names = left.flat().map(({ metadata }) => metadata.name);
                return names.length === 0
                    ? undefined
                    : async () => `pods are still terminating: ${names.join(", ")}`;
            },
            GONE_POLL_MS,
        );
    }

    async waitAvailable(refs: readonly ObjectRef[], timeoutMs: number): Promise<void> {
        await this.#waitFor(timeoutMs, async () => {
            const states = await Promise.all(
                refs.map(async (ref) => ({ ref, status: await this.status(ref) })),
            );
            const away = states.filter(
                ({ status }) => status === undefined || !status.upToDate || status.available < status.desired,
            );
            return away.length === 0 ? undefined : () => this.#whyAway(away.map(({ ref }) => ref));
        });
    }

    async status(ref: ObjectRef): Promise<WorkloadStatus | undefined> {
        const live = await this.objects.read(ref);
        return live && statusOf(live);
    }

    async failingPods(namespace: string): Promise<string[]> {
        const pods = await this.objects.list("v1", "Pod", { namespace });
        return pods.flatMap((pod) => {
            const reason = whyNotReady(pod as PodShape);
            return reason === undefined ? [] : [`pod ${namespace}/${pod.metadata.name}: ${reason}`];
        });
    }

    async #whyAway(refs: readonly ObjectRef[]): Promise<string> {
        const namespaces = [...new Set(refs.map(({ namespace }) => namespace ?? ""))];
        const pods = (await Promise.all(namespaces.map((namespace) => this.failingPods(namespace)))).flat();
        return `not available: ${refs.map(({ namespace, name }) => `${namespace}/${name}`).join(", ")}${pods.length ? `; ${pods.join("; ")}` : ""}`;
    }

    async #podsOf(workload: KubernetesObject): Promise<KubernetesObject[]> {
        const labels = (workload as WorkloadShape).spec?.selector?.matchLabels ?? {};
        const labelSelector = Object.entries(labels)
            .map(([key, value]) => `${key}=${value}`)
            .join(",");
        return this.objects.list("v1", "Pod", {
            labelSelector,
            metadataOnly: true,
            ...(workload.metadata.namespace ? { namespace: workload.metadata.namespace } : {}),
        });
    }

    /** `probe` answers how to tell what is missing, which is asked at the end only, or undefined when nothing is. */
    async #waitFor(
        timeoutMs: number,
        probe: () => Promise<(() => Promise<string>) | undefined>,
        pollMs = POLL_MS,
    ): Promise<void> {
        const deadline = this.clock.now() + timeoutMs;
        for (;;) {
            const missing = await probe();
            if (missing === undefined) return;
            if (this.clock.now() >= deadline) {
                throw new MigrationError({
                    code: ErrorCode.WorkloadTimeout,
                    step: "wait",
                    what: `waited ${Math.round(timeoutMs / 1000)} s`,
                    why: await missing(),
                    remedy: "look at the pods with `kubectl describe pod`, remove the cause, then run `pulumi up` to continue or `pulumi destroy` to go back",
                });
            }
            await this.clock.sleep(pollMs);
        }
    }
}

export function statusOf(workload: KubernetesObject): WorkloadStatus {
    const { spec = {}, status = {} } = workload as WorkloadShape;
    const seen = (status.observedGeneration ?? 0) >= (workload.metadata.generation ?? 0);
    if (workload.kind === "DaemonSet") {
        const desired = status.desiredNumberScheduled ?? 0;
        return {
            desired,
            available: status.numberAvailable ?? 0,
            upToDate: seen && (status.updatedNumberScheduled ?? 0) >= desired,
        };
    }
    const desired = spec.replicas ?? 1;
    return {
        desired,
        available: status.availableReplicas ?? 0,
        upToDate: seen && (status.updatedReplicas ?? 0) >= desired,
    };
}

function whyNotReady({ status }: PodShape): string | undefined {
    if (status?.phase === "Succeeded") return undefined;
    const condition = (type: string) => status?.conditions?.find((candidate) => candidate.type === type);
    if (condition("Ready")?.status === "True") return undefined;
    for (const container of [
        ...(status?.initContainerStatuses ?? []),
        ...(status?.containerStatuses ?? []),
    ]) {
        const problem =
            container.state?.waiting ?? (container.ready ? undefined : container.state?.terminated);
        if (problem?.reason)
            return [container.name, problem.reason, problem.message].filter(Boolean).join(" ");
    }
    const unscheduled = condition("PodScheduled");
    if (unscheduled?.status === "False")
        return `${unscheduled.reason ?? "Unschedulable"} ${unscheduled.message ?? ""}`.trim();
    return status?.phase ?? "Pending";
}
