// In: a connection to a pod's address. Out: that pod's TLS server at its other end, while the pod is Ready. Opens no port.
import { createServer, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { profilesOf } from "./images";
import type { FakeKubelet } from "./nodes";
import type { Pod } from "./objects";
import type { PodCertificates } from "./podCertificates";
import { answer, type PodHandler } from "./podHandlers";

export class PodServers {
    private readonly servers = new Map<PodHandler, Server>();
    /** Open connections by pod. */
    private readonly connections = new Map<string, Set<Duplex>>();

    constructor(
        private readonly kubelet: FakeKubelet,
        private readonly certificates: PodCertificates,
        private readonly report: (problem: string) => void,
    ) {}

    /** False when nothing listens there: no such pod, not Ready, another port. */
    async connect(address: string, port: number, socket: Duplex, accepted: () => void): Promise<boolean> {
        const found = this.listenerAt(address, port);
        if (found === undefined) return false;
        const { pod, serves } = found;
        const secureContext = await this.certificates.contextFor(pod, serves.certificate);
        if (socket.destroyed) return true;
        this.remember(pod.metadata.uid ?? "", socket);
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
        this.serverFor(serves.handler).emit("connection", tls);
        return true;
    }

    /** A pod that is not Ready any more drops its callers. */
    dropUnready(): void {
        const ready = new Set(this.kubelet.readyPods().map((pod) => pod.metadata.uid));
        for (const uid of this.connections.keys()) if (!ready.has(uid)) this.drop(uid);
    }

    close(): void {
        for (const uid of this.connections.keys()) this.drop(uid);
        for (const server of this.servers.values()) server.closeAllConnections();
    }

    private listenerAt(address: string, port: number) {
        for (const pod of this.kubelet.readyPods()) {
            if (pod.status?.podIP !== address) continue;
            const serves = profilesOf(pod)
                .map((profile) => profile.serves)
                .find((server) => server?.port === port);
            if (serves !== undefined) return { pod, serves } satisfies { pod: Pod; serves: unknown };
        }
        return undefined;
    }

    private serverFor(handler: PodHandler): Server {
        const known = this.servers.get(handler);
        if (known !== undefined) return known;
        const server = createServer((request, response) => {
            answer(handler, request, response).catch((error: Error) => {
                this.report(`pod server ${request.url}: ${error.message}`);
                response.destroy();
            });
        });
        server.keepAliveTimeout = 60_000;
        this.servers.set(handler, server);
        return server;
    }

    private remember(uid: string, socket: Duplex): void {
        const sockets = this.connections.get(uid) ?? new Set();
        this.connections.set(uid, sockets.add(socket));
        socket.once("close", () => sockets.delete(socket));
    }

    private drop(uid: string): void {
        for (const socket of this.connections.get(uid) ?? []) socket.destroy();
        this.connections.delete(uid);
    }
}
