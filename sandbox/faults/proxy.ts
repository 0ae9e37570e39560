/**
 * The fault proxy: requests to AWS (HTTP) and to Kubernetes (HTTPS) come in, go to their upstreams unchanged, and meet the armed faults.
 * Upstream answers are never changed or buffered, and the proxy never answers by itself unless a fault says so.
 */
import { readFile } from "node:fs/promises";
import * as http from "node:http";
import * as https from "node:https";
import { classifyAws, needsAwsBody } from "./classifyAws";
import { classifyKubernetes, needsKubernetesBody } from "./classifyKubernetes";
import { Exchange, type Upstream } from "./exchange";
import { type Fault, FaultPlan } from "./faultPlan";
import { Injector, passOn } from "./inject";
import { Ledger } from "./ledger";
import type { LedgerEntry } from "./ledgerEntry";
import { Listener } from "./listener";
import { type Outage, startOutage } from "./outage";
import type { Classified, RequestHead, Side } from "./request";

export type { Fault } from "./faultPlan";
export type { FaultAction, LedgerEntry } from "./ledgerEntry";
export type { Outage } from "./outage";
export type { Effect, KubernetesResource, Side } from "./request";

export interface FaultProxyOptions {
    awsUpstream: string;
    kubernetesUpstream: string;
    /** The sandbox CA, which signed the upstream API server's certificate. */
    caFile: string;
    /** What the Kubernetes side presents to clients. */
    certFile: string;
    keyFile: string;
    awsPort?: number;
    kubernetesPort?: number;
}

export interface FaultProxy {
    readonly awsUrl: string;
    readonly kubernetesUrl: string;
    /** The first armed fault that fits a request hits it. */
    arm(fault: Fault): void;
    /** Forgets all faults and breaks the connections that hang; throws what an `onHit` threw. */
    disarm(): void;
    writes(): LedgerEntry[];
    /** Heartbeats of locks (PUT and PATCH of Leases), which have no ordinal. */
    leaseRenewals(): LedgerEntry[];
    reads(): number;
    /** The newest 10,000 reads, dry runs and reviews included. */
    readRequests(): LedgerEntry[];
    /** Back to ordinal 1, empty logs, no faults. */
    reset(): void;
    outage(side: Side, milliseconds?: number): Promise<Outage>;
    close(): Promise<void>;
}

/** Enough for every JSON body that names an object; what comes after it streams. */
const PEEK_LIMIT = 2 * 1024 * 1024;
/** Shorter than any upstream keeps an idle connection, so that none is used just when it is being closed. */
const IDLE_CONNECTION_MS = 4_000;

export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
    const [ca, cert, key] = await Promise.all([
        readFile(options.caFile),
        readFile(options.certFile),
        readFile(options.keyFile),
    ]);
    const ledger = new Ledger();
    const plan = new FaultPlan();
    const injector = new Injector();
    const kubernetesAgent = new https.Agent({ keepAlive: true, timeout: IDLE_CONNECTION_MS, ca });
    const awsAgent = new http.Agent({ keepAlive: false });

    const handler =
        (side: Side, upstream: Upstream) => (req: http.IncomingMessage, res: http.ServerResponse) => {
            const exchange = new Exchange(req, res, upstream);
            handle(side, exchange).catch((error: unknown) => {
                // What goes wrong on a connection looks to the client like a broken connection; the rest is a bug in a test.
                if ((error as NodeJS.ErrnoException).code === undefined) injector.report(error);
                exchange.destroy();
            });
        };

    async function handle(side: Side, exchange: Exchange): Promise<void> {
        const request = await classify(side, exchange);
        const entry = ledger.record(request, exchange.request.headers["user-agent"] ?? "");
        if (injector.killing && request.effect !== "read") {
            entry.fault = "dropBefore";
            return exchange.destroy();
        }
        const fault = plan.take(entry, request.effect);
        if (fault === undefined) return passOn(exchange, entry);
        return injector.apply(fault, exchange, request, entry);
    }

    const aws = new Listener(
        http.createServer(handler("aws", { url: new URL(options.awsUpstream), agent: awsAgent })),
    );
    const kubernetes = new Listener(
        https.createServer(
            { cert, key },
            handler("kubernetes", { url: new URL(options.kubernetesUpstream), agent: kubernetesAgent }),
        ),
    );
    await aws.open(options.awsPort ?? 0);
    await kubernetes.open(options.kubernetesPort ?? 0);
    const listeners: Record<Side, Listener> = { aws, kubernetes };
    const outages = new Set<Outage>();

    const disarm = () => {
        plan.disarm();
        injector.release();
        injector.throwErrors();
    };
    return {
        awsUrl: `http://127.0.0.1:${aws.port}`,
        kubernetesUrl: `https://127.0.0.1:${kubernetes.port}`,
        arm: (fault) => plan.arm(fault),
        disarm,
        writes: () => ledger.writes(),
        leaseRenewals: () => ledger.leaseRenewals(),
        reads: () => ledger.reads(),
        readRequests: () => ledger.readRequests(),
        reset: () => {
            ledger.reset();
            disarm();
        },
        outage: async (side, milliseconds) => {
            const outage = await startOutage(listeners[side], milliseconds);
            outages.add(outage);
            return outage;
        },
        close: async () => {
            await Promise.all([...outages].map((outage) => outage.end()));
            await Promise.all([aws.refuse(), kubernetes.refuse()]);
            kubernetesAgent.destroy();
            awsAgent.destroy();
            disarm();
        },
    };
}

async function classify(side: Side, exchange: Exchange): Promise<Classified> {
    const { method = "GET", url = "/", headers } = exchange.request;
    const head: RequestHead = { method, url, headers };
    const needsBody = side === "aws" ? needsAwsBody(head) : needsKubernetesBody(head);
    const body = needsBody ? await exchange.peek(PEEK_LIMIT) : Buffer.alloc(0);
    return side === "aws" ? classifyAws(head, body) : classifyKubernetes(head, body);
}
