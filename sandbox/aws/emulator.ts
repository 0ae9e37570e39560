/** Options in, a running AWS emulator and its controls out. It is a child process; it never outlives this one. */
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { eksVersion } from "../tools/recipe";
import { Control } from "./control";
import { ensurePython } from "./python";

export interface AwsEmulatorOptions {
    directory: string;
    port: number;
    tokenWebhookPort: number;
    region: string;
    accountId: string;
    /** As the EKS service itself, straight to the API server; without it add-ons apply nothing and become ACTIVE. */
    kubernetes?: { server: string; caFile: string; clientCertFile: string; clientKeyFile: string };
    /** What DescribeCluster reports. */
    clusterEndpoint: string;
    oidcIssuer: string;
    helmBinary: string;
    catalogueFile: string;
    progress?: (line: string) => void;
}

export interface AwsCall {
    sequence: number;
    time: string;
    service: string;
    operation: string;
    mutating: boolean;
    userAgent: string;
    /** 0: the client got no answer, or not yet. */
    status: number;
    milliseconds: number;
    principal?: string;
}

export interface AddonIssue {
    code: string;
    message: string;
    resourceIds?: string[];
}

/** Outcome of the operations of one add-on. Its objects are applied all the same, unless they conflict. */
export interface AddonScript {
    createOutcome?: "ACTIVE" | "CREATE_FAILED" | "DEGRADED" | "NEVER";
    updateOutcome?: "ACTIVE" | "UPDATE_FAILED" | "DEGRADED";
    issues?: AddonIssue[];
    minimumCreatingSeconds?: number;
}

export interface AwsFaultRule {
    service?: string;
    operation?: string;
    /** The first matching request that is hit; alone it means just that one. */
    nth?: number;
    /** How many are hit from there on; without `nth` and `count` all are. */
    count?: number;
    action: "throttle" | "5xx" | "dropAfter" | "hang" | "delay";
    milliseconds?: number;
}

export interface AllowedCalls {
    /** As "s3:HeadBucket". */
    operations: string[];
    /** Patterns of ARNs, as in an IAM policy. */
    resources: string[];
}

/** Limits, delays and switches; see awsemulator/test_switches.py for the defaults. */
export interface AwsSettings {
    minimumCreatingSeconds?: number;
    minimumUpdatingSeconds?: number;
    minimumDeletingSeconds?: number;
    operationTimeoutSeconds?: number;
    createTimeoutStatus?: "CREATE_FAILED" | "DEGRADED";
    updateTimeoutStatus?: "UPDATE_FAILED" | "DEGRADED";
    applyRetrySeconds?: number;
    reapplyEverySeconds?: number;
    preserveOnCreate?: "refuse" | "none";
    iamConsistencySeconds?: number;
    trustPolicyLimit?: number;
    policiesPerRole?: number;
    deniedActions?: string[];
    /** Every other request is refused, by action and, where the request tells them, by resource. Empty: none is. */
    allowed?: AllowedCalls[];
}

export interface AwsEmulator {
    readonly endpoint: string;
    readonly pid: number;
    calls(): Promise<AwsCall[]>;
    clearCalls(): Promise<void>;
    scriptAddon(addonName: string, script: AddonScript): Promise<void>;
    clearScripts(): Promise<void>;
    setAddonStatus(cluster: string, addonName: string, status: string, issues?: unknown[]): Promise<void>;
    advanceClock(seconds: number): Promise<void>;
    faults(rules: AwsFaultRule[]): Promise<void>;
    configure(settings: AwsSettings): Promise<void>;
    /** Which Kubernetes user a principal is, instead of an administrator; without groups the mapping is taken back. */
    mapPrincipal(arn: string, user?: { username?: string; groups: string[] }): Promise<void>;
    /** A name, or the path of a folder that other emulators restore from as well. */
    snapshot(name: string): Promise<void>;
    restore(name: string): Promise<void>;
    /** Ends when nothing is in flight; requests and add-on work wait until resume. */
    pause(): Promise<void>;
    resume(): Promise<void>;
    stop(): Promise<void>;
}

/** At its first start Python compiles all of moto, which takes a busy machine minutes. */
const START_TIMEOUT_MS = 180_000;
const STOP_TIMEOUT_MS = 5_000;

export async function startAwsEmulator(options: AwsEmulatorOptions): Promise<AwsEmulator> {
    const { progress } = options;
    const python = await ensurePython(progress);
    await fs.mkdir(options.directory, { recursive: true });
    const file = path.join(options.directory, "emulator.json");
    await fs.writeFile(file, JSON.stringify(configurationOf(options), undefined, 4));
    const logFile = path.join(options.directory, "emulator.log");
    const child = await spawnEmulator(python, path.resolve(file), logFile);
    const control = new Control(`http://127.0.0.1:${options.port}`);
    await untilReady(child, control, logFile);
    progress?.(`AWS emulator on 127.0.0.1:${options.port}`);
    return new ChildEmulator(child, control);
}

/** Member by member: a caller may hand over a wider object than the emulator knows. */
function configurationOf(options: AwsEmulatorOptions) {
    const { directory, port, tokenWebhookPort, region, accountId, kubernetes } = options;
    const { clusterEndpoint, oidcIssuer, helmBinary, catalogueFile } = options;
    return {
        directory: path.resolve(directory),
        kubernetesVersion: eksVersion,
        port,
        tokenWebhookPort,
        region,
        accountId,
        kubernetes: kubernetes
            ? {
                  server: kubernetes.server,
                  caFile: path.resolve(kubernetes.caFile),
                  clientCertFile: path.resolve(kubernetes.clientCertFile),
                  clientKeyFile: path.resolve(kubernetes.clientKeyFile),
              }
            : null,
        clusterEndpoint,
        oidcIssuer,
        helmBinary,
        catalogueFile: path.resolve(catalogueFile),
        renderCache: path.resolve(__dirname, "../../.cache/rendered-addons"),
        parentPid: process.pid,
    };
}

async function spawnEmulator(python: string, configuration: string, logFile: string): Promise<ChildProcess> {
    const log = await fs.open(logFile, "w");
    try {
        return spawn(python, ["-m", "awsemulator", configuration], {
            cwd: __dirname,
            env: {
                PATH: process.env.PATH ?? "/usr/bin:/bin",
                HOME: path.dirname(configuration),
                PYTHONPYCACHEPREFIX: path.join(path.dirname(path.dirname(path.dirname(python))), "bytecode"),
                PYTHONHASHSEED: "0",
            },
            stdio: ["ignore", log.fd, log.fd],
        });
    } finally {
        await log.close();
    }
}

async function untilReady(child: ChildProcess, control: Control, logFile: string): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
        if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
            const log = (await fs.readFile(logFile, "utf8")).trim().split("\n").slice(-15).join("\n");
            throw new Error(`The AWS emulator ended while starting (${logFile}):\n${log}`);
        }
        if (await control.answers()) {
            return;
        }
        if (Date.now() > deadline) {
            child.kill("SIGKILL");
            throw new Error(
                `The AWS emulator did not answer within ${START_TIMEOUT_MS / 1000} s; see ${logFile}`,
            );
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

class ChildEmulator implements AwsEmulator {
    readonly endpoint: string;
    readonly pid: number;

    constructor(
        private readonly child: ChildProcess,
        private readonly control: Control,
    ) {
        this.endpoint = control.endpoint;
        this.pid = child.pid ?? 0;
    }

    async calls(): Promise<AwsCall[]> {
        return (await this.control.ask("GET", "calls")) as AwsCall[];
    }
    async clearCalls(): Promise<void> {
        await this.control.ask("DELETE", "calls");
    }
    async scriptAddon(addonName: string, script: AddonScript): Promise<void> {
        await this.control.ask("POST", "script", { addonName, ...script });
    }
    async clearScripts(): Promise<void> {
        await this.control.ask("DELETE", "scripts");
    }
    async setAddonStatus(
        cluster: string,
        addonName: string,
        status: string,
        issues: unknown[] = [],
    ): Promise<void> {
        await this.control.ask("POST", "addon-status", { cluster, addonName, status, issues });
    }
    async advanceClock(seconds: number): Promise<void> {
        await this.control.ask("POST", "clock", { seconds });
    }
    async faults(rules: AwsFaultRule[]): Promise<void> {
        await this.control.ask("POST", "faults", { rules });
    }
    async configure(settings: AwsSettings): Promise<void> {
        await this.control.ask("POST", "settings", settings);
    }
    async mapPrincipal(arn: string, user?: { username?: string; groups: string[] }): Promise<void> {
        await this.control.ask("POST", "principal", { arn, ...user });
    }
    async snapshot(name: string): Promise<void> {
        await this.control.ask("POST", "snapshot", { name });
    }
    async restore(name: string): Promise<void> {
        await this.control.ask("POST", "restore", { name });
    }
    async pause(): Promise<void> {
        await this.control.ask("POST", "pause");
    }
    async resume(): Promise<void> {
        await this.control.ask("POST", "resume");
    }
    async stop(): Promise<void> {
        if (this.child.exitCode !== null || this.child.signalCode !== null) {
            return;
        }
        const ended = new Promise<void>((resolve) => this.child.once("exit", () => resolve()));
        this.child.kill("SIGTERM");
        const timer = setTimeout(() => this.child.kill("SIGKILL"), STOP_TIMEOUT_MS);
        await ended;
        clearTimeout(timer);
    }
}
