// The port to what runs: Deployments and DaemonSets, their replicas and their pods.
import type { KubernetesObject, ObjectRef } from "./objects";

/** Deployments and DaemonSets. */
export interface Workloads {
    replicas(ref: ObjectRef): Promise<number | undefined>;
    scale(ref: ObjectRef, replicas: number): Promise<void>;
    /** Waits until no pod of the workloads is left. */
    waitGone(refs: readonly ObjectRef[], timeoutMs: number): Promise<void>;
    /** Waits until every workload has all its replicas available. */
    waitAvailable(refs: readonly ObjectRef[], timeoutMs: number): Promise<void>;
    status(ref: ObjectRef): Promise<WorkloadStatus | undefined>;
    /** Pods in the namespace that are not ready or could not be created. */
    failingPods(namespace: string): Promise<FailingPod[]>;
    /** Deployments in the namespace whose pods the API server refuses: by a policy, a quota, Pod Security. */
    refusedPods(namespace: string): Promise<FailingPod[]>;
    /** Deployments and DaemonSets in the namespace that EKS has applied and whose pods do not all run yet: "Deployment a/b". */
    startingOfEks(namespace: string): Promise<string[]>;
    /** What the API server would say to this number of replicas, by a dry run; undefined when it would take it, or when this principal may not ask. */
    refusedScale(ref: ObjectRef, replicas: number): Promise<string | undefined>;
    /** What the API server would say to a pod like the workload's in that namespace, by a dry run; undefined as above. */
    refusedPod(workload: KubernetesObject, namespace: string): Promise<string | undefined>;
}

/** A pod that does not run, or a Deployment that gets none. */
export interface FailingPod {
    /** One line for people, with the reason. */
    readonly told: string;
    /** No node takes it. */
    readonly isUnscheduled: boolean;
    /** Names of the Secrets that it does not start without. */
    readonly secrets?: readonly string[];
    /** Name of the Deployment that it belongs to, when EKS has applied that one. */
    readonly deploymentOfEks?: string;
}

export interface WorkloadStatus {
    readonly desired: number;
    readonly available: number;
    readonly upToDate: boolean;
}
