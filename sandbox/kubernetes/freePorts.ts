// In: how many ports are wanted. Out: a block of free ports on 127.0.0.1, ours until released. Never uses ephemeral ports.
import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";

// Below Linux's ephemeral range: a port that is closed for a second during a restore cannot be taken by an outgoing connection.
const lowest = 20_000;
const highest = 32_000;
const blockSize = 16;

export interface PortBlock {
    ports: number[];
    release(): Promise<void>;
}

/** Every sandbox listens on the first port of its block for as long as it lives, so two of them never share a block. */
export async function reservePorts(count: number): Promise<PortBlock> {
    if (count >= blockSize)
        throw new Error(`At most ${blockSize - 1} ports fit into a block, ${count} were asked for.`);
    for (let attempt = 0; attempt < 100; attempt++) {
        const guardPort = lowest + blockSize * randomInt((highest - lowest) / blockSize);
        const guard = await tryListen(guardPort);
        if (guard === undefined) continue;
        const ports = Array.from({ length: count }, (_, index) => guardPort + 1 + index);
        if (await areFree(ports)) {
            guard.unref();
            return { ports, release: () => close(guard) };
        }
        await close(guard);
    }
    throw new Error(
        `No ${count} free ports in a row were found on 127.0.0.1 between ${lowest} and ${highest}.`,
    );
}

async function areFree(ports: number[]): Promise<boolean> {
    for (const port of ports) {
        const server = await tryListen(port);
        if (server === undefined) return false;
        await close(server);
    }
    return true;
}

function tryListen(port: number): Promise<Server | undefined> {
    return new Promise((resolve) => {
        const server = createServer((socket) => socket.destroy());
        server.once("error", () => resolve(undefined));
        server.listen(port, "127.0.0.1", () => resolve(server));
    });
}

function close(server: Server): Promise<void> {
    return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
}
