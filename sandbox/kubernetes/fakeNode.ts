// In: a Node without a kubelet. Out: the writes that make it Ready, as its kubelet would. Handles no pods.
import { eksBuild } from "../tools/recipe";
import type { ApiClient } from "./apiClient";
import type { Condition, Node } from "./objectTypes";
import { isoSeconds } from "./podStatus";

const defaultNodeName = "fake-1";
const notReadyTaint = "node.kubernetes.io/not-ready";

/** A HyperPod instance as EKS shows it. */
export async function createNode(client: ApiClient, name = defaultNodeName): Promise<void> {
    const labels = {
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "node.kubernetes.io/instance-type": "ml.g5.8xlarge",
        "topology.kubernetes.io/region": "us-west-2",
        "topology.kubernetes.io/zone": "us-west-2a",
        "sagemaker.amazonaws.com/compute-type": "hyperpod",
        "sagemaker.amazonaws.com/instance-group-name": "workers",
        "sagemaker.amazonaws.com/node-health-status": "Schedulable",
    };
    await client.call({ method: "POST", path: "/api/v1/nodes", body: { metadata: { name, labels } } });
}

export function needsKubelet(node: Node): boolean {
    const isReady = node.status?.conditions?.some((condition) => condition.type === "Ready") ?? false;
    return !isReady || (node.spec?.taints ?? []).some((taint) => taint.key === notReadyTaint);
}

export function nodeAddress(node: Node): string | undefined {
    return node.status?.addresses?.find((address) => address.type === "InternalIP")?.address;
}

export async function makeReady(client: ApiClient, node: Node, freeAddress: string): Promise<void> {
    const path = `/api/v1/nodes/${node.metadata.name}`;
    const time = isoSeconds(new Date());
    const condition = (type: string, status: "True" | "False", reason: string): Condition => {
        return { type, status, reason, message: reason, lastHeartbeatTime: time, lastTransitionTime: time };
    };
    const resources = {
        cpu: "64",
        memory: "256Gi",
        "ephemeral-storage": "500Gi",
        pods: "250",
        "nvidia.com/gpu": "8",
    };
    const status = {
        capacity: resources,
        allocatable: resources,
        addresses: [
            { type: "InternalIP", address: nodeAddress(node) ?? freeAddress },
            { type: "Hostname", address: node.metadata.name },
        ],
        conditions: [
            condition("MemoryPressure", "False", "KubeletHasSufficientMemory"),
            condition("DiskPressure", "False", "KubeletHasNoDiskPressure"),
            condition("PIDPressure", "False", "KubeletHasSufficientPID"),
            condition("Ready", "True", "KubeletReady"),
        ],
        nodeInfo: {
            machineID: "sandbox",
            systemUUID: "sandbox",
            bootID: "sandbox",
            kernelVersion: "6.1.0-sandbox",
            osImage: "Amazon Linux 2023 (sandbox)",
            containerRuntimeVersion: "containerd://2.0.0",
            kubeletVersion: eksBuild,
            kubeProxyVersion: "",
            operatingSystem: "linux",
            architecture: node.metadata.labels?.["kubernetes.io/arch"] ?? "amd64",
        },
    };
    await client.call({
        method: "PATCH",
        path: `${path}/status`,
        contentType: "strategic",
        body: { status },
    });
    // Admission taints every new node; on a real cluster the node lifecycle controller takes the taint off.
    const taints = (node.spec?.taints ?? []).filter((taint) => taint.key !== notReadyTaint);
    await client.call({ method: "PATCH", path, contentType: "merge", body: { spec: { taints } } });
}
