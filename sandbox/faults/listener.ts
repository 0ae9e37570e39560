/** An HTTP(S) server comes in; a port goes out that can refuse connections for a while and come back as the same port. */
import type { Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";

const HOST = "127.0.0.1";
/** While we refuse connections, somebody's outgoing connection may hold our port for a moment. */
const REBIND_ATTEMPTS = 50;
const REBIND_PAUSE_MS = 100;

export class Listener {
    #sockets = new Set<Socket>();
    #port = 0;

    constructor(private readonly server: Server) {
        server.requestTimeout = 0;
        server.timeout = 0;
        server.keepAliveTimeout = 60_000;
        server.on("connection", (socket: Socket) => {
            this.#sockets.add(socket);
            socket.once("close", () => this.#sockets.delete(socket));
        });
    }

    get port(): number {
        return this.#port;
    }

    async open(port: number): Promise<void> {
        await listen(this.server, port);
        this.#port = (this.server.address() as AddressInfo).port;
    }

    /** From here on connections are refused, and those that were open are broken. */
    async refuse(): Promise<void> {
        const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
        for (const socket of this.#sockets) socket.destroy();
        await closed;
    }

    async accept(): Promise<void> {
        for (let attempt = 1; !this.server.listening; attempt++) {
            try {
                await listen(this.server, this.#port);
            } catch (error) {
                if (attempt >= REBIND_ATTEMPTS || (error as NodeJS.ErrnoException).code !== "EADDRINUSE")
                    throw error;
                await new Promise((resolve) => setTimeout(resolve, REBIND_PAUSE_MS));
            }
        }
    }
}

function listen(server: Server, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, HOST, () => {
            server.off("error", reject);
            resolve();
        });
    });
}
