// The handle of a started sandbox, as demos and tests hold it. Types only: starts nothing.
import type { AwsEmulator } from "./aws/emulator";
import type { FaultProxy } from "./faults/proxy";
import type { AuditEvent } from "./kubernetes/audit";
import type { FakeNodes } from "./kubernetes/kubelets";
import type { Tools } from "./tools/tools";

/**
 * The fake nodes, the pods' servers and the fault proxy live in the process that started the sandbox: it must not block
 * (no execFileSync, no spawnSync) while it expects them to work.
 */
export interface Sandbox {
    readonly directory: string;
    readonly clusterName: string;
    readonly region: string;
    readonly accountId: string;
    readonly oidcIssuer: string;
    readonly tools: Tools;
    /** Administrator's kubeconfig file (client certificate), straight to the API server. */
    readonly kubeconfig: string;
    /** What a user's shell would export; both AWS and Kubernetes go through the fault proxy. */
    readonly env: Record<string, string>;
    readonly apiServerUrl: string;
    readonly caFile: string;
    readonly clientCertFile: string;
    readonly clientKeyFile: string;
    readonly aws: AwsEmulator;
    readonly faults: FaultProxy;
    readonly nodes: FakeNodes;
    auditEvents(): Promise<AuditEvent[]>;
    clearAudit(): Promise<void>;
    /** An outage of the control plane; etcd keeps its data. */
    stopApiServer(): Promise<void>;
    startApiServer(): Promise<void>;
    /** Cluster and AWS as they are now. A shared one, once saved, serves later sandboxes too, until a file under sandbox/ changes. */
    saveBaseline(name: string, options?: { shared?: boolean }): Promise<void>;
    hasBaseline(name: string): boolean;
    baselineDirectory(name: string): string | undefined;
    /** Same ports, same identifiers. Scripts of pods are forgotten; the fault proxy is left as it is. */
    restoreBaseline(name: string): Promise<void>;
    /** Of the control plane and the AWS emulator, for measurements. */
    processIds(): Record<string, number | undefined>;
    stop(): Promise<void>;
}
