// In: built tools, ports and files. Out: etcd, API server, controller manager and scheduler as running processes. Knows no content.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Tools } from "../tools/tools";
import { ApiClient } from "./apiClient";
import { ChildProcess } from "./childProcess";
import type { ClusterPki } from "./clusterPki";
import { ControllerProbe } from "./controllerProbe";
import { Etcd, type KeyValues } from "./etcd";
import { readRegistry, writeRegistry } from "./etcdContents";
import {
    type ApiServerFlags,
    apiServerFlags,
    controllerManagerFlags,
    etcdFlags,
    schedulerFlags,
} from "./flags";
import { answeringApis, waitForApis, waitForDefinitions } from "./servedApis";

export interface ControlPlaneOptions {
    directory: string;
    tools: Tools;
    pki: ClusterPki;
    etcdPort: number;
    schedulerPort: number;
    apiServer: ApiServerFlags;
    controllerManagerKubeconfig: string;
    schedulerKubeconfig: string;
}

const startTimeoutMs = 60_000;
/** Of Go: garbage is collected an eighth as often, for a quarter less CPU than with the defaults. */
const SELDOM_COLLECTED = { GOGC: "800", GOMEMLIMIT: "1GiB" };

export class ControlPlane {
    readonly url: string;
    private readonly dataDirectory: string;
    private readonly client: ApiClient;
    private readonly data: Etcd;
    private etcd: ChildProcess | undefined;
    private apiServer: ChildProcess | undefined;
    private controllerManager: ChildProcess | undefined;
    private scheduler: ChildProcess | undefined;

    constructor(private readonly options: ControlPlaneOptions) {
        this.url = `https://127.0.0.1:${options.apiServer.port}`;
        this.dataDirectory = join(options.directory, "etcd");
        mkdirSync(join(options.directory, "logs"), { recursive: true });
        this.client = new ApiClient({
            server: this.url,
            caFile: options.pki.ca,
            ...options.pki.certificate("sandbox"),
            userAgent: "hyperpod-sandbox",
        });
        this.data = new Etcd(options.etcdPort);
    }

    async start(): Promise<void> {
        this.etcd = this.spawn(
            "etcd",
            this.options.tools.etcd,
            etcdFlags({
                dataDirectory: this.dataDirectory,
                port: this.options.etcdPort,
            }),
        );
        await this.startApiServer();
    }

    async startApiServer(): Promise<void> {
        const { tools } = this.options;
        this.apiServer = this.spawn(
            "kube-apiserver",
            tools.kubeApiserver,
            apiServerFlags(this.options.apiServer),
        );
        await this.waitFor("the API server", () => this.isApiServerReady());
    }

    /** Anew with every API server: left alone, they would sleep off a back-off of up to 30 s. */
    async startControllers(): Promise<void> {
        const { tools, pki } = this.options;
        const kubeconfig = this.options.controllerManagerKubeconfig;
        this.controllerManager = this.spawn(
            "kube-controller-manager",
            tools.kubeControllerManager,
            controllerManagerFlags({ pki, kubeconfig }),
        );
        this.scheduler = this.spawn(
            "kube-scheduler",
            tools.kubeScheduler,
            schedulerFlags({
                pki,
                kubeconfig: this.options.schedulerKubeconfig,
                port: this.options.schedulerPort,
            }),
        );
        await Promise.all([this.waitForControllers(), this.waitForScheduler()]);
    }

    /** An outage: etcd keeps the data, nobody answers. */
    async stopApiServer(): Promise<void> {
        await Promise.all([this.stopControllers(), this.apiServer?.kill()]);
        this.apiServer = undefined;
    }

    read(): Promise<KeyValues> {
        this.etcd?.assertRunning();
        return readRegistry(this.data);
    }

    /**
     * Beneath the running API server: a start of it costs two seconds of a processor. The controllers must be stopped: their garbage collector remembers
     * who is gone for ever.
     */
    async write(registry: KeyValues): Promise<void> {
        if (this.apiServer === undefined) await this.startApiServer();
        await writeRegistry(this.data, registry, (changes) => waitForDefinitions(this.client, changes));
    }

    answeringApis(): Promise<string[]> {
        return answeringApis(this.client);
    }

    waitForApis(names: string[]): Promise<void> {
        return waitForApis(this.client, names);
    }

    async stopControllers(): Promise<void> {
        await Promise.all([this.scheduler?.kill(), this.controllerManager?.kill()]);
        this.scheduler = this.controllerManager = undefined;
    }

    /** As kill -9 of everything. */
    async halt(): Promise<void> {
        await Promise.all([this.stopApiServer(), this.etcd?.kill()]);
        this.etcd = undefined;
    }

    close(): void {
        this.client.close();
    }

    processIds(): Record<string, number | undefined> {
        return {
            etcd: this.etcd?.pid,
            "kube-apiserver": this.apiServer?.pid,
            "kube-controller-manager": this.controllerManager?.pid,
            "kube-scheduler": this.scheduler?.pid,
        };
    }

    private spawn(name: string, command: string, args: string[]): ChildProcess {
        return new ChildProcess({
            name,
            command,
            args,
            env: SELDOM_COLLECTED,
            logFile: join(this.options.directory, "logs", `${name}.log`),
        });
    }

    private async isApiServerReady(): Promise<boolean> {
        try {
            return (await this.client.call<string>({ path: "/readyz", timeoutMs: 2000 })).startsWith("ok");
        } catch {
            return false; // not there yet; waitFor() notices when the process has died
        }
    }

    private async waitForControllers(): Promise<void> {
        const probe = new ControllerProbe(this.client);
        await probe.start();
        await this.waitFor("the controller manager", () => probe.isSeen());
        await probe.remove();
    }

    private async waitForScheduler(): Promise<void> {
        const client = new ApiClient({
            server: `https://127.0.0.1:${this.options.schedulerPort}`,
            caFile: this.options.pki.ca,
            ...this.options.pki.certificate("sandbox"),
            userAgent: "hyperpod-sandbox",
        });
        try {
            await this.waitFor("the scheduler", async () => {
                try {
                    await client.call({ path: "/readyz", timeoutMs: 2000 });
                    return true;
                } catch {
                    return false; // not there yet; waitFor() notices when the process has died
                }
            });
        } finally {
            client.close();
        }
    }

    private async waitFor(what: string, isReady: () => Promise<boolean>): Promise<void> {
        const deadline = Date.now() + startTimeoutMs;
        while (!(await isReady())) {
            for (const child of [this.etcd, this.apiServer, this.controllerManager, this.scheduler]) {
                child?.assertRunning();
            }
            if (Date.now() > deadline)
                throw new Error(`${what} was not ready within ${startTimeoutMs / 1000} s.`);
            await sleep(50);
        }
    }
}
