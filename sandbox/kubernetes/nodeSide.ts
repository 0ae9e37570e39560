// In: a running API server. Out: everything that happens on nodes: pods, their servers, stand-ins. Restarts nothing else.
import { setTimeout as sleep } from "node:timers/promises";
import { ApiClient, type ApiClientOptions, isStatus } from "./apiClient";
import { ClusterView } from "./clusterView";
import { Elections } from "./elections/elections";
import { createNode } from "./fakeNode";
import { FakeKubelet } from "./kubelets";
import type { LateSecrets } from "./lateSecrets";
import { MetricValues } from "./metricValues";
import { PodCertificates } from "./podCertificates";
import type { PodScripts } from "./podScripts";
import { PodServers } from "./podServers";
import { CaInjector } from "./standIns/caInjector";
import { CertManager } from "./standIns/certManager";
import { CertManagerWebhook } from "./standIns/certManagerWebhook";
import type { CurrentRequests } from "./standIns/currentRequests";
import { KedaRotator } from "./standIns/kedaRotator";
import { type StandIn, StandInRunner } from "./standIns/standIn";

export interface NodeSideOptions {
    kubelet: ApiClientOptions;
    standIns: ApiClientOptions;
    scripts: PodScripts;
    lateSecrets: LateSecrets;
    certificateRequests: CurrentRequests;
    report: (problem: string) => void;
}

const readyTimeoutMs = 20_000;
/** Who asks KEDA's adapter for a value waits that long. */
const PATIENCE_MS = 10_000;

export class NodeSide {
    readonly kubelet: FakeKubelet;
    readonly servers: PodServers;
    private readonly kubeletClient: ApiClient;
    private readonly standInClient: ApiClient;
    readonly view: ClusterView;
    readonly elections: Elections;
    private readonly runners: StandInRunner[];

    constructor(private readonly options: NodeSideOptions) {
        const { report } = options;
        this.kubeletClient = new ApiClient(options.kubelet);
        this.standInClient = new ApiClient(options.standIns);
        this.view = new ClusterView(this.kubeletClient, report);
        this.kubelet = new FakeKubelet(this.kubeletClient, this.view, options.scripts, report);
        const certificates = new PodCertificates(this.view, options.lateSecrets);
        this.elections = new Elections({
            client: this.standInClient,
            pods: () => this.view.pods.list(),
            now: Date.now,
            report,
            onChange: () => {
                for (const runner of this.runners) runner.wake();
            },
        });
        const values = new MetricValues({
            client: this.standInClient,
            leaders: () => this.kubelet.readyPods("keda-operator").filter((pod) => this.elections.acts(pod)),
            presented: (pod) => certificates.presented(pod),
            patienceMs: PATIENCE_MS,
        });
        this.servers = new PodServers(this.kubelet, certificates, this.elections, values, report);
        this.view.onChange(() => {
            this.servers.dropUnready();
            certificates.look(this.kubelet.readyPods());
        });
        const client = this.standInClient;
        this.runners = [
            this.runner(
                (wake) => new CertManager(client, this.view, options.certificateRequests, wake, report),
            ),
            this.runner((wake) => new CaInjector(client, this.view, wake, report)),
            this.runner(() => new CertManagerWebhook(client, this.view)),
            this.runner((wake) => new KedaRotator(client, this.view, this.elections, wake, report)),
        ];
    }

    /** Needs a running API server. Ends when a node is Ready and the state of all pods is known. */
    async start(): Promise<void> {
        this.view.start();
        try {
            await createNode(this.kubeletClient);
        } catch (error) {
            if (!isStatus(error, 409)) throw error; // 409: it came with the baseline
        }
        const deadline = Date.now() + readyTimeoutMs;
        while (!this.view.synced || !this.kubelet.hasReadyNode()) {
            if (Date.now() > deadline)
                throw new Error(`No node was Ready within ${readyTimeoutMs / 1000} s.`);
            await sleep(20);
        }
    }

    async stop(): Promise<void> {
        this.kubelet.stop();
        await this.elections.stop();
        this.servers.close();
        await Promise.all(this.runners.map((runner) => runner.stop()));
        await this.view.stop();
        this.kubeletClient.close();
        this.standInClient.close();
    }

    private runner(make: (wake: () => void) => StandIn): StandInRunner {
        const holder: { runner?: StandInRunner } = {};
        const standIn = make(() => holder.runner?.wake());
        holder.runner = new StandInRunner(standIn, this.kubelet, this.view, this.options.report);
        return holder.runner;
    }
}
