// In: nothing. Out: the parts of Kubernetes objects that the fake nodes and stand-ins read, as JSON. Types only.

export interface ObjectMeta {
    name: string;
    namespace?: string;
    uid?: string;
    resourceVersion?: string;
    generation?: number;
    creationTimestamp?: string;
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: { kind: string; name: string; uid: string; controller?: boolean }[];
}

export interface KubeObject {
    apiVersion?: string;
    kind?: string;
    metadata: ObjectMeta;
}

export interface Condition {
    type: string;
    status: "True" | "False" | "Unknown";
    reason?: string;
    message?: string;
    lastTransitionTime?: string;
    lastProbeTime?: null;
    lastHeartbeatTime?: string;
    observedGeneration?: number;
}

export interface NamedReference {
    name?: string;
    optional?: boolean;
}

export interface Container {
    name: string;
    image: string;
    args?: string[];
    restartPolicy?: string;
    env?: { name: string; valueFrom?: { secretKeyRef?: NamedReference; configMapKeyRef?: NamedReference } }[];
    envFrom?: { secretRef?: NamedReference; configMapRef?: NamedReference }[];
}

export interface Volume {
    name: string;
    secret?: { secretName?: string; optional?: boolean };
    configMap?: NamedReference;
    projected?: { sources?: { secret?: NamedReference; configMap?: NamedReference }[] };
    csi?: { driver: string };
}

export interface ContainerState {
    waiting?: { reason: string; message?: string };
    running?: { startedAt: string };
    terminated?: { exitCode: number; reason: string; startedAt: string; finishedAt: string };
}

export interface ContainerStatus {
    name: string;
    image: string;
    imageID: string;
    ready: boolean;
    restartCount: number;
    started: boolean;
    state: ContainerState;
    lastState?: ContainerState;
}

export interface PodStatus {
    phase?: string;
    podIP?: string;
    podIPs?: { ip: string }[];
    hostIP?: string;
    hostIPs?: { ip: string }[];
    startTime?: string;
    observedGeneration?: number;
    qosClass?: string;
    conditions?: Condition[];
    initContainerStatuses?: ContainerStatus[];
    containerStatuses?: ContainerStatus[];
}

export interface Pod extends KubeObject {
    spec: {
        nodeName?: string;
        hostNetwork?: boolean;
        restartPolicy?: string;
        serviceAccountName?: string;
        containers: Container[];
        initContainers?: Container[];
        volumes?: Volume[];
    };
    status?: PodStatus;
}

export interface Node extends KubeObject {
    spec?: { taints?: { key: string; effect: string; value?: string }[] };
    status?: {
        conditions?: Condition[];
        addresses?: { type: string; address: string }[];
        capacity?: Record<string, string>;
    };
}

export interface Secret extends KubeObject {
    type?: string;
    data?: Record<string, string>;
}
