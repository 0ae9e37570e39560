// In: a connection to a pod's address. Out: that pod's TLS server at its other end, while the pod is Ready. Opens no port.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { Elections } from "./elections/elections";
import { profilesOf } from "./images";
import type { FakeKubelet } from "./kubelets";
import type { MetricValues } from "./metricValues";
import type { Pod } from "./objectTypes";
import type { PodCertificates } from "./podCertificates";
import { answer, type PodHandler } from "./podHandlers";

interface Connection {
    /** The TLS server's end, once there is one. */
    socket: Duplex;
    /** Requests that are not answered yet. */
    open: number;
    isEnding: boolean;
}

export class PodServers {
    private readonly servers = new Map<PodHandler, Server>();
    /** By pod. */
    private readonly connections = new Map<string, Set<Connection>>();
    private readonly peers = new WeakMap<object, { pod: Pod; connection: Connection }>();
    /** How often each pod was asked, by name. */
    readonly asked = new Map<string, number>();

    constructor(
        private readonly kubelet: FakeKubelet,
        private readonly certificates: PodCertificates,
        private readonly elections: Pick<Elections, "acts">,
        private readonly values: MetricValues,
        private readonly report: (problem: string) => void,
    ) {}

    /** False when nothing listens there: no such pod, not Ready, not the leader where that one alone listens, another port. */
    async connect(address: string, port: number, socket: Duplex, accepted: () => void): Promise<boolean> {
        const found = this.listenerAt(address, port);
        if (found === undefined) return false;
        const { pod, serves } = found;
        const secureContext = await this.certificates.contextFor(pod, serves.certificate);
        if (socket.destroyed) return true;
        const connection = this.remember(pod.metadata.uid ?? "", socket);
        accepted();
        const tls = new TLSSocket(socket as ConstructorParameters<typeof TLSSocket>[0], {
            isServer: true,
            secureContext,
        });
        // The API server hangs up when it does not trust the certificate, and when it ends.
        tls.on("error", (error) => {
            this.report(`pod ${pod.metadata.namespace}/${pod.metadata.name}: ${error.message}`);
            socket.destroy();
        });
        connection.socket = tls;
        this.peers.set(tls, { pod, connection });
        this.serverFor(serves.handler).emit("connection", tls);
        return true;
    }

    /** A pod that is told to end answers what it was asked and hangs up, as Go's servers do; one that fails drops its callers. */
    dropUnready(): void {
        const ready = new Set(this.kubelet.readyPods().map((pod) => pod.metadata.uid));
        for (const uid of this.connections.keys())
            if (!ready.has(uid)) this.drop(uid, this.kubelet.isEnding(uid));
    }

    close(): void {
        for (const uid of this.connections.keys()) this.drop(uid, false);
        for (const server of this.servers.values()) server.closeAllConnections();
    }

    private listenerAt(address: string, port: number) {
        for (const pod of this.kubelet.readyPods()) {
            if (pod.status?.podIP !== address) continue;
            const serves = profilesOf(pod)
                .map((profile) => profile.serves)
                .find((server) => server?.port === port);
            if (serves?.isLeadersOnly === true && !this.elections.acts(pod)) continue;
            if (serves !== undefined) return { pod, serves } satisfies { pod: Pod; serves: unknown };
        }
        return undefined;
    }

    private serverFor(handler: PodHandler): Server {
        const known = this.servers.get(handler);
        if (known !== undefined) return known;
        const server = createServer((request, response) => {
            const peer = this.peers.get(request.socket);
            if (peer !== undefined) this.count(peer, request);
            const hasValues = async () =>
                peer !== undefined && (await this.values.areServedIn(peer.pod.metadata.namespace ?? ""));
            answer(handler, request, response, hasValues).catch((error: Error) => {
                this.report(`pod server ${request.url}: ${error.message}`);
                response.destroy();
            });
        });
        server.keepAliveTimeout = 60_000;
        this.servers.set(handler, server);
        return server;
    }

    private count({ pod, connection }: { pod: Pod; connection: Connection }, request: IncomingMessage): void {
        const { name } = pod.metadata;
        this.asked.set(name, (this.asked.get(name) ?? 0) + 1);
        connection.open += 1;
        request.once("close", () => {
            connection.open -= 1;
            if (connection.isEnding && connection.open === 0) connection.socket.end();
        });
    }

    private remember(uid: string, socket: Duplex): Connection {
        const connection = { socket, open: 0, isEnding: false };
        const known = this.connections.get(uid) ?? new Set();
        this.connections.set(uid, known.add(connection));
        socket.once("close", () => known.delete(connection));
        return connection;
    }

    private drop(uid: string, isGraceful: boolean): void {
        for (const connection of this.connections.get(uid) ?? []) {
            connection.isEnding = true;
            if (!isGraceful) connection.socket.destroy();
            else if (connection.open === 0) connection.socket.end();
        }
        this.connections.delete(uid);
    }
}
