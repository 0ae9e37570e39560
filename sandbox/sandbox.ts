// In: nothing but the project. Out: a whole offline EKS: cluster, AWS, faults, ready to be broken. Contains no content.
import { join, resolve } from "node:path";
import { type AwsEmulator, startAwsEmulator } from "./aws/emulator";
import { type FaultProxy, startFaultProxy } from "./faults/proxy";
import { Cluster } from "./kubernetes/cluster";
import { type ClusterPki, clusterPki } from "./kubernetes/clusterPki";
import { type PortBlock, reservePorts } from "./kubernetes/freePorts";
import { sandboxDirectory } from "./kubernetes/sandboxDirectory";
import { RunningSandbox } from "./runningSandbox";
import type { Sandbox } from "./sandboxHandle";
import { accountId, clusterName, oidcIssuer, pkiDirectory, region } from "./sandboxNames";
import { requirePython } from "./tools/requirements";
import { ensureTools, type Tools } from "./tools/tools";

export type { AuditEvent } from "./kubernetes/audit";
export type { FakeNodes } from "./kubernetes/kubelets";
export type { Sandbox } from "./sandboxHandle";

export interface SandboxOptions {
    /** A folder to keep; without it a temporary one, removed by stop(). */
    directory?: string;
    progress?: (line: string) => void;
}

const projectRoot = resolve(__dirname, "..");

interface Ports {
    etcd: number;
    apiServer: number;
    scheduler: number;
    tokenWebhook: number;
    aws: number;
    faultAws: number;
    faultKubernetes: number;
}

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
    const progress = options.progress ?? (() => {});
    await requirePython();
    const tools = await ensureTools(progress);
    const pki = await clusterPki(pkiDirectory);
    const directory = sandboxDirectory(options.directory);
    const block = await reservePorts(7);
    const ports = namePorts(block);
    const cluster = new Cluster({
        directory: directory.path,
        name: clusterName,
        tools,
        pki,
        ports,
        oidcIssuer,
    });
    const starting = [
        cluster.start(),
        startAws(directory.path, pki, ports, tools, progress),
        startFaults(pki, ports),
    ] as const;
    try {
        const [, aws, faults] = await Promise.all(starting);
        progress(`sandbox in ${directory.path}, API server ${cluster.url}`);
        return new RunningSandbox({ directory, block, cluster, aws, faults, tools, pki });
    } catch (error) {
        await stopStarted(starting, cluster);
        await block.release();
        const { message } = error as Error;
        throw new Error(`The sandbox did not start: ${message}\nIts logs are in ${directory.path}/logs`, {
            cause: error,
        });
    }
}

function namePorts(block: PortBlock): Ports {
    const [
        etcd = 0,
        apiServer = 0,
        scheduler = 0,
        tokenWebhook = 0,
        aws = 0,
        faultAws = 0,
        faultKubernetes = 0,
    ] = block.ports;
    return { etcd, apiServer, scheduler, tokenWebhook, aws, faultAws, faultKubernetes };
}

function startAws(
    directory: string,
    pki: ClusterPki,
    ports: Ports,
    tools: Tools,
    progress: (line: string) => void,
): Promise<AwsEmulator> {
    const eks = pki.certificate("eks");
    return startAwsEmulator({
        directory: join(directory, "aws"),
        port: ports.aws,
        tokenWebhookPort: ports.tokenWebhook,
        region,
        accountId,
        kubernetes: {
            server: `https://127.0.0.1:${ports.apiServer}`,
            caFile: pki.ca,
            clientCertFile: eks.certFile,
            clientKeyFile: eks.keyFile,
        },
        clusterEndpoint: `https://127.0.0.1:${ports.faultKubernetes}`,
        oidcIssuer,
        helmBinary: tools.helm,
        catalogueFile: join(projectRoot, "sandbox/addons/catalogue.json"),
        progress,
    });
}

function startFaults(pki: ClusterPki, ports: Ports): Promise<FaultProxy> {
    return startFaultProxy({
        awsUpstream: `http://127.0.0.1:${ports.aws}`,
        kubernetesUpstream: `https://127.0.0.1:${ports.apiServer}`,
        caFile: pki.ca,
        ...pki.certificate("faultproxy"),
        awsPort: ports.faultAws,
        kubernetesPort: ports.faultKubernetes,
    });
}

async function stopStarted(
    starting: readonly [Promise<void>, Promise<AwsEmulator>, Promise<FaultProxy>],
    cluster: Cluster,
): Promise<void> {
    const [, aws, faults] = await Promise.allSettled(starting);
    if (aws.status === "fulfilled") await aws.value.stop();
    if (faults.status === "fulfilled") await faults.value.close();
    await cluster.stop();
}
