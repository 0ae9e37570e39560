// A Deployment or DaemonSet comes in; how many of its pods are wanted and available goes out. Pure.
import type { KubernetesObject, WorkloadStatus } from "../ports/world";

interface WorkloadShape {
    spec?: { replicas?: number };
    status?: {
        observedGeneration?: number;
        updatedReplicas?: number;
        availableReplicas?: number;
        desiredNumberScheduled?: number;
        updatedNumberScheduled?: number;
        numberAvailable?: number;
    };
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
