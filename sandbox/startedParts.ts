// What startSandbox() has started, for those who hold it together. Types only.
import type { AwsEmulator } from "./aws/emulator";
import type { FaultProxy } from "./faults/proxy";
import type { Cluster } from "./kubernetes/cluster";
import type { ClusterPki } from "./kubernetes/clusterPki";
import type { PortBlock } from "./kubernetes/freePorts";
import type { SandboxDirectory } from "./kubernetes/sandboxDirectory";
import type { Tools } from "./tools/tools";

export interface SandboxParts {
    directory: SandboxDirectory;
    block: PortBlock;
    cluster: Cluster;
    aws: AwsEmulator;
    faults: FaultProxy;
    tools: Tools;
    pki: ClusterPki;
}
