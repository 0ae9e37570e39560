// In: what keeps a pod from running. Out: the Warning event with which a kubelet tells why; status alone does not say it.
import { randomBytes } from "node:crypto";
import type { ApiClient } from "./apiClient";
import type { Pod, PodStatus } from "./objectTypes";
import { isoSeconds } from "./podStatus";
import type { Obstacle } from "./startConditions";

export interface PodEvent {
    reason: "FailedMount" | "Failed" | "BackOff";
    message: string;
}

export function podEvent(pod: Pod, obstacle: Obstacle | undefined, status: PodStatus): PodEvent | undefined {
    const waiting = status.containerStatuses?.[0]?.state.waiting;
    if (waiting === undefined) return undefined;
    if (obstacle?.stage === "volumes") return { reason: "FailedMount", message: obstacle.message };
    if (waiting.reason === "CreateContainerConfigError")
        return { reason: "Failed", message: `Error: ${waiting.message}` };
    if (waiting.reason === "ImagePullBackOff") return { reason: "BackOff", message: waiting.message ?? "" };
    if (waiting.reason !== "CrashLoopBackOff") return undefined;
    const container = pod.spec.containers[0]?.name;
    const message = `Back-off restarting failed container ${container} in pod ${pod.metadata.name}`;
    return { reason: "BackOff", message };
}

export async function writeEvent(client: ApiClient, pod: Pod, event: PodEvent): Promise<void> {
    const { name, namespace, uid, resourceVersion } = pod.metadata;
    const time = isoSeconds(new Date());
    await client.call({
        method: "POST",
        path: `/api/v1/namespaces/${namespace}/events`,
        body: {
            metadata: { name: `${name}.${randomBytes(8).toString("hex")}`, namespace },
            involvedObject: { apiVersion: "v1", kind: "Pod", name, namespace, uid, resourceVersion },
            type: "Warning",
            ...event,
            source: { component: "kubelet", host: pod.spec.nodeName },
            firstTimestamp: time,
            lastTimestamp: time,
            count: 1,
        },
    });
}
