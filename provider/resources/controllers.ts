// A namespace comes in; which controllers are available, and why the others are not, goes out. Reads only.
import type { KubernetesReader } from "./kubernetesReader";

interface List<T> {
    items: T[];
}

interface Condition {
    type: string;
    status: string;
    message?: string;
}

interface Deployment {
    metadata: { name: string; generation?: number };
    spec?: { replicas?: number; selector?: { matchLabels?: Record<string, string> } };
    status?: { availableReplicas?: number; observedGeneration?: number };
}

interface ContainerStatus {
    name: string;
    ready?: boolean;
    restartCount?: number;
    state?: {
        waiting?: { reason?: string; message?: string };
        terminated?: { reason?: string; message?: string };
    };
    lastState?: { terminated?: { reason?: string; message?: string } };
}

interface Pod {
    metadata: { name: string };
    status?: {
        phase?: string;
        conditions?: Condition[];
        initContainerStatuses?: ContainerStatus[];
        containerStatuses?: ContainerStatus[];
    };
}

export interface ControllerReport {
    allAvailable: boolean;
    /** One line per controller, like "keda-operator 1/1". */
    controllers: string[];
    /** One line per pod that does not run, with what Kubernetes says about it. */
    failingPods: string[];
}

/** The Deployments of the add-on's namespace: everything in it belongs to the add-on. */
export async function reportControllers(
    read: KubernetesReader,
    namespace: string,
): Promise<ControllerReport> {
    const [deployments, pods] = await Promise.all([
        read<List<Deployment>>(`/apis/apps/v1/namespaces/${namespace}/deployments`),
        read<List<Pod>>(`/api/v1/namespaces/${namespace}/pods`),
    ]);
    const all = deployments?.items ?? [];
    const waiting = all.filter((deployment) => !isAvailable(deployment));
    return {
        allAvailable: all.length > 0 && waiting.length === 0,
        controllers: all
            .map(
                ({ metadata, spec, status }) =>
                    `${metadata.name} ${status?.availableReplicas ?? 0}/${spec?.replicas ?? 1}`,
            )
            .sort(),
        failingPods: (pods?.items ?? []).flatMap(troubleOf).sort(),
    };
}

function isAvailable({ metadata, spec, status }: Deployment): boolean {
    const upToDate = (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
    return upToDate && (status?.availableReplicas ?? 0) >= (spec?.replicas ?? 1);
}

function troubleOf({ metadata, status }: Pod): string[] {
    const isReady = status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True");
    if (isReady || status?.phase === "Succeeded") return [];
    const unscheduled = status?.conditions?.find(
        ({ type, status: is }) => type === "PodScheduled" && is === "False",
    );
    if (unscheduled) return [`pod ${metadata.name} has no node: ${unscheduled.message ?? "unschedulable"}`];
    const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
    const stuck = containers.find(
        ({ state }) => state?.waiting?.reason && state.waiting.reason !== "PodInitializing",
    );
    if (!stuck) return [`pod ${metadata.name} is ${status?.phase ?? "not there yet"} and not ready`];
    const message = stuck.lastState?.terminated?.message ?? stuck.state?.waiting?.message ?? "";
    const restarts = stuck.restartCount ? `, ${stuck.restartCount} restarts` : "";
    return [
        `pod ${metadata.name}, container ${stuck.name}: ${stuck.state?.waiting?.reason ?? ""}${restarts}` +
            (message ? `: ${message.trim()}` : ""),
    ];
}
