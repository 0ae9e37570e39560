// In: ports, a folder and built tools. Out: a whole offline cluster: control plane, node, pods that answer. Knows no AWS.
import { rmSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { eksBuild } from "../tools/recipe";
import type { Tools } from "../tools/tools";
import type { ApiClientOptions } from "./apiClient";
import { AuditLog } from "./audit";
import type { BaselineFolders } from "./baselines";
import type { CertificateName, ClusterPki } from "./clusterPki";
import type { ServingState } from "./clusterView";
import {
    writeAuditPolicy,
    writeEgressSelector,
    writeKubeconfig,
    writeTokenWebhookConfig,
} from "./configFiles";
import { ControlPlane } from "./controlPlane";
import { EgressProxy } from "./egress";
import { Leadership } from "./elections/leadership";
import type { FakeNodes } from "./kubelets";
import { LateSecrets } from "./lateSecrets";
import { NodeSide } from "./nodeSide";
import { PodScripts } from "./podScripts";
import { problemLog } from "./problemLog";
import { CurrentRequests } from "./standIns/currentRequests";

/** What a baseline holds beside the registry. */
interface Saved {
    serving: ServingState;
    /** Aggregated APIs that answered. */
    apis: string[];
}

export interface ClusterOptions {
    directory: string;
    name: string;
    tools: Tools;
    pki: ClusterPki;
    ports: { etcd: number; apiServer: number; scheduler: number; tokenWebhook: number };
    oidcIssuer: string;
}

export class Cluster {
    readonly url: string;
    readonly audit: AuditLog;
    readonly nodes: FakeNodes;
    private readonly controlPlane: ControlPlane;
    private readonly egress: EgressProxy;
    private readonly egressSocket: string;
    private readonly scripts = new PodScripts();
    private readonly lateSecrets = new LateSecrets(Date.now);
    private readonly certificateRequests = new CurrentRequests();
    private readonly report: (problem: string) => void;
    private nodeSide: NodeSide | undefined;
    private hasElections = false;

    constructor(private readonly options: ClusterOptions) {
        const { directory, pki, ports } = options;
        this.url = `https://127.0.0.1:${ports.apiServer}`;
        this.report = problemLog(join(directory, "logs", "nodes.log"));
        this.egressSocket = join(directory, "egress.sock");
        const auditLog = join(directory, "logs", "audit.log");
        this.audit = new AuditLog(auditLog);
        this.nodes = {
            script: (rule, behaviour) => {
                this.scripts.add(rule, behaviour);
                this.nodeSide?.kubelet.lookAtAll();
            },
            secretsReachPodsAfter: (milliseconds) => {
                this.lateSecrets.delayMs = milliseconds;
            },
            compareCertificateRequests: (issueMs) => this.certificateRequests.switchOn(issueMs),
            electLeaders: () => {
                this.hasElections = true;
                this.nodeSide?.elections.start();
            },
            asked: () => this.nodeSide?.servers.asked ?? new Map(),
            leadership: () => this.nodeSide?.elections.leadership ?? new Leadership(),
            clearScripts: () => {
                this.scripts.clear();
                this.lateSecrets.delayMs = 0;
                this.certificateRequests.switchOff();
                this.hasElections = false;
                void this.nodeSide?.elections.stop();
                this.nodeSide?.kubelet.lookAtAll();
            },
        };
        this.egress = new EgressProxy((...target) => this.connectToPod(...target), this.report);
        this.controlPlane = new ControlPlane({
            directory,
            tools: options.tools,
            pki,
            etcdPort: ports.etcd,
            schedulerPort: ports.scheduler,
            controllerManagerKubeconfig: this.kubeconfig("controllermanager"),
            schedulerKubeconfig: this.kubeconfig("scheduler"),
            apiServer: {
                pki,
                port: ports.apiServer,
                etcdPort: ports.etcd,
                oidcIssuer: options.oidcIssuer,
                tokenWebhookConfig: writeTokenWebhookConfig(directory, ports.tokenWebhook),
                egressSelectorConfig: writeEgressSelector(directory, this.egressSocket),
                auditPolicy: writeAuditPolicy(directory),
                auditLog,
            },
        });
    }

    async start(): Promise<void> {
        rmSync(this.egressSocket, { force: true });
        await this.egress.listen(this.egressSocket);
        const nodeSide = this.newNodeSide();
        await this.controlPlane.start();
        await Promise.all([this.controlPlane.startControllers(), nodeSide.start()]);
    }

    /** A kubeconfig file that goes straight to the API server with one of our certificates. */
    kubeconfig(certificate: CertificateName): string {
        const { directory, name, pki } = this.options;
        const { certFile, keyFile } = pki.certificate(certificate);
        const cluster = { name, server: this.url, caFile: pki.ca };
        const user = { "client-certificate": certFile, "client-key": keyFile };
        return writeKubeconfig(directory, `${certificate}.kubeconfig`, cluster, user);
    }

    stopApiServer(): Promise<void> {
        return this.controlPlane.stopApiServer();
    }

    async startApiServer(): Promise<void> {
        await this.controlPlane.startApiServer();
        await this.controlPlane.startControllers();
    }

    async save({ registry, serving }: BaselineFolders): Promise<void> {
        if (this.nodeSide === undefined)
            throw new Error("The cluster is not running, so there is nothing to save.");
        const [keys, apis] = await Promise.all([this.controlPlane.read(), this.controlPlane.answeringApis()]);
        const saved: Saved = { serving: this.nodeSide.view.servingState(), apis };
        await Promise.all([
            writeFile(registry, JSON.stringify([...keys])),
            writeFile(serving, JSON.stringify(saved)),
        ]);
    }

    /** Stops everything that could still write, but for the API server, so that the data can be replaced. */
    async quiesce(): Promise<void> {
        await Promise.all([this.stopNodes(), this.controlPlane.stopControllers()]);
    }

    async restore(baseline: BaselineFolders): Promise<void> {
        this.scripts.clear();
        const { serving, apis } = JSON.parse(await readFile(baseline.serving, "utf8")) as Saved;
        const registry = new Map(JSON.parse(await readFile(baseline.registry, "utf8")) as [string, string][]);
        const nodeSide = this.newNodeSide();
        // The API server asks the aggregated APIs at once, and would note a silent one down.
        nodeSide.view.seed(serving);
        await this.controlPlane.write(registry);
        await Promise.all([this.controlPlane.startControllers(), nodeSide.start()]);
        await this.controlPlane.waitForApis(apis);
    }

    async stop(): Promise<void> {
        await this.stopNodes();
        await this.controlPlane.halt();
        await this.egress.close();
        this.controlPlane.close();
    }

    processIds(): Record<string, number | undefined> {
        return this.controlPlane.processIds();
    }

    private newNodeSide(): NodeSide {
        const nodeSide = new NodeSide({
            kubelet: this.client("kubelet", `kubelet/${eksBuild} (fake)`),
            standIns: this.client("standins", "hyperpod-sandbox-stand-ins"),
            scripts: this.scripts,
            lateSecrets: this.lateSecrets,
            certificateRequests: this.certificateRequests,
            report: this.report,
        });
        this.nodeSide = nodeSide;
        if (this.hasElections) nodeSide.elections.start();
        return nodeSide;
    }

    private async stopNodes(): Promise<void> {
        await this.nodeSide?.stop();
        this.nodeSide = undefined;
    }

    private client(certificate: CertificateName, userAgent: string): ApiClientOptions {
        const { pki } = this.options;
        return { server: this.url, caFile: pki.ca, ...pki.certificate(certificate), userAgent };
    }

    private async connectToPod(...target: Parameters<NodeSide["servers"]["connect"]>): Promise<boolean> {
        return (await this.nodeSide?.servers.connect(...target)) ?? false;
    }
}
