// A pod comes in; why it is not ready goes out, in Kubernetes' own words. Pure.
import { counted } from "../../../common/counted";
import { conditionOf, hasCondition } from "../../kubernetes/statusConditions";
import type { KubernetesObject } from "../../ports/world";

interface PodStatus {
    phase?: string;
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
}

interface PodSpec {
    spec?: { volumes?: { secret?: { secretName?: string; optional?: boolean } }[] };
}

interface ContainerStatus {
    name: string;
    ready?: boolean;
    restartCount?: number;
    state?: { waiting?: Reason; terminated?: Reason };
    lastState?: { terminated?: Reason };
}

interface Reason {
    reason?: string;
    message?: string;
}

/** The scheduler found no node for it: all are full, tainted, or without what it asks for. */
export function isUnscheduled(pod: KubernetesObject): boolean {
    return hasCondition(pod, "PodScheduled", "False");
}

/** Names of the Secrets that it mounts and does not start without. */
export function neededSecrets(pod: KubernetesObject): string[] {
    const { volumes = [] } = (pod as PodSpec).spec ?? {};
    return volumes.flatMap(({ secret }) =>
        secret?.secretName !== undefined && secret.optional !== true ? [secret.secretName] : [],
    );
}

/** Undefined for a pod that is ready or has done its work. */
export function whyNotReady(pod: KubernetesObject): string | undefined {
    const status = (pod as { status?: PodStatus }).status ?? {};
    if (status.phase === "Succeeded" || hasCondition(pod, "Ready", "True")) return undefined;
    const unscheduled = conditionOf(pod, "PodScheduled");
    if (unscheduled?.status === "False")
        return `has no node: ${unscheduled.message ?? unscheduled.reason ?? "unschedulable"}`;
    const containers = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    const stuck = containers.map(whyStuck).find((reason) => reason !== undefined);
    return stuck ?? `is ${status.phase ?? "Pending"}`;
}

/** What the container said when it ended last says more than that it is waiting to start again. */
function whyStuck({ name, ready, restartCount, state, lastState }: ContainerStatus): string | undefined {
    const problem = state?.waiting ?? (ready ? undefined : state?.terminated);
    // Waits for the init containers, which tell their own reason.
    if (!problem?.reason || problem.reason === "PodInitializing") return undefined;
    const restarts = restartCount ? `, ${counted(restartCount, "restart")}` : "";
    const message = lastState?.terminated?.message ?? problem.message;
    return `container ${name}: ${problem.reason}${restarts}${message ? `: ${message.trim()}` : ""}`;
}
