// In: CONNECT requests of the API server on a Unix socket. Out: a connection to the pod's server, or a refusal. Reaches nothing else.
import { createServer, type Server } from "node:http";
import type { Duplex } from "node:stream";

/** False when nothing listens there. */
export type Connect = (
    address: string,
    port: number,
    socket: Duplex,
    accepted: () => void,
) => Promise<boolean>;

export class EgressProxy {
    private readonly server: Server;
    private readonly sockets = new Set<Duplex>();

    constructor(
        private readonly connectToPod: Connect,
        private readonly report: (problem: string) => void,
    ) {
        this.server = createServer((_request, response) => response.writeHead(405).end());
        this.server.on("connect", (request, socket) => this.connect(request.url ?? "", socket));
    }

    listen(socketPath: string): Promise<void> {
        return new Promise((resolve, reject) => {
            this.server.once("error", reject);
            this.server.listen(socketPath, () => resolve());
        });
    }

    close(): Promise<void> {
        for (const socket of this.sockets) socket.destroy();
        return new Promise((resolve) => this.server.close(() => resolve()));
    }

    private connect(target: string, socket: Duplex): void {
        this.sockets.add(socket);
        socket.once("close", () => this.sockets.delete(socket));
        socket.on("error", (error) => this.report(`egress to ${target}: ${error.message}`));
        const separator = target.lastIndexOf(":");
        const address = target.slice(0, separator).replace(/^\[|\]$/g, "");
        const accept = () => socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
        this.connectToPod(address, Number(target.slice(separator + 1)), socket, accept)
            .then((found) => {
                if (!found) socket.end("HTTP/1.1 503 connection refused\r\n\r\n");
            })
            .catch((error: Error) => {
                this.report(`egress to ${target}: ${error.message}`);
                socket.end("HTTP/1.1 503 connection refused\r\n\r\n");
            });
    }
}
