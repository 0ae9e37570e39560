// In: the started parts of a sandbox. Out: one handle for tests and the demo: baselines, outages, audit, end. Starts nothing.
import { join } from "node:path";
import type { AwsEmulator } from "./aws/emulator";
import { baselinesOf } from "./baselinesOf";
import type { FaultProxy } from "./faults/proxy";
import type { AuditEvent } from "./kubernetes/audit";
import type { Baselines } from "./kubernetes/baselines";
import type { FakeNodes } from "./kubernetes/kubelets";
import type { Sandbox } from "./sandboxHandle";
import { accountId, clusterName, oidcIssuer, region } from "./sandboxNames";
import type { SandboxParts } from "./startedParts";
import type { Tools } from "./tools/tools";
import { userEnvironment } from "./userEnvironment";

export class RunningSandbox implements Sandbox {
    readonly directory: string;
    readonly clusterName = clusterName;
    readonly region = region;
    readonly accountId = accountId;
    readonly oidcIssuer = oidcIssuer;
    readonly tools: Tools;
    readonly kubeconfig: string;
    readonly env: Record<string, string>;
    readonly apiServerUrl: string;
    readonly caFile: string;
    readonly clientCertFile: string;
    readonly clientKeyFile: string;
    readonly aws: AwsEmulator;
    readonly faults: FaultProxy;
    readonly nodes: FakeNodes;
    private readonly baselines: Baselines;
    private stopping: Promise<void> | undefined;

    constructor(private readonly parts: SandboxParts) {
        const { cluster, pki, tools } = parts;
        this.directory = parts.directory.path;
        this.tools = tools;
        this.aws = parts.aws;
        this.faults = parts.faults;
        this.nodes = cluster.nodes;
        this.kubeconfig = cluster.kubeconfig("admin");
        this.apiServerUrl = cluster.url;
        this.caFile = pki.ca;
        const admin = pki.certificate("admin");
        this.clientCertFile = admin.certFile;
        this.clientKeyFile = admin.keyFile;
        this.baselines = baselinesOf(join(this.directory, "baselines"), pki);
        this.env = userEnvironment(parts);
    }

    auditEvents(): Promise<AuditEvent[]> {
        return this.parts.cluster.audit.events();
    }

    clearAudit(): Promise<void> {
        return this.parts.cluster.audit.clear();
    }

    stopApiServer(): Promise<void> {
        return this.parts.cluster.stopApiServer();
    }

    startApiServer(): Promise<void> {
        return this.parts.cluster.startApiServer();
    }

    saveBaseline(name: string, options: { shared?: boolean } = {}): Promise<void> {
        return this.baselines.write(name, options.shared === true, async (folders) => {
            await this.aws.pause();
            try {
                await Promise.all([this.parts.cluster.save(folders), this.aws.snapshot(folders.aws)]);
            } finally {
                await this.aws.resume();
            }
        });
    }

    hasBaseline(name: string): boolean {
        return this.baselines.find(name) !== undefined;
    }

    baselineDirectory(name: string): string | undefined {
        return this.baselines.find(name)?.aws;
    }

    async restoreBaseline(name: string): Promise<void> {
        const baseline = this.baselines.find(name);
        if (baseline === undefined)
            throw new Error(`There is no baseline ${name}; save it first with saveBaseline("${name}").`);
        await this.parts.cluster.quiesce();
        // AWS first: what it had under way must not write into the restored cluster.
        await this.aws.restore(baseline.aws);
        await this.parts.cluster.restore(baseline);
    }

    processIds(): Record<string, number | undefined> {
        return { ...this.parts.cluster.processIds(), "aws-emulator": this.aws.pid };
    }

    stop(): Promise<void> {
        this.stopping ??= this.stopAll();
        return this.stopping;
    }

    private async stopAll(): Promise<void> {
        const { cluster, block, directory } = this.parts;
        await this.faults.close();
        await Promise.all([this.aws.stop(), cluster.stop()]);
        await block.release();
        directory.remove();
    }
}
