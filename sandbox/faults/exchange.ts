/** One client request and its upstream come in; bytes go through unchanged. Decides nothing: no counting, no faults. */
import type { IncomingMessage, ServerResponse } from "node:http";
import * as http from "node:http";
import * as https from "node:https";
import { finished, pipeline } from "node:stream/promises";

/** Where requests go: `http://127.0.0.1:5000`, with the agent that carries trust and connections. */
export interface Upstream {
    url: URL;
    agent: http.Agent;
}

/** Headers that belong to one hop of the connection. Everything else passes as it was written, letter case included. */
const HOP_BY_HOP = new Set(["connection", "keep-alive", "proxy-connection", "upgrade"]);

export class Exchange {
    /** The part of the body that was read to classify the request. */
    #received: Buffer[] = [];

    constructor(
        readonly request: IncomingMessage,
        readonly response: ServerResponse,
        private readonly upstream: Upstream,
    ) {}

    /** Reads the body up to `limit` bytes, and keeps it for `send`. */
    async peek(limit: number): Promise<Buffer> {
        let size = 0;
        while (size < limit && !this.request.readableEnded) {
            const chunk: Buffer | null = this.request.read();
            if (chunk !== null) {
                this.#received.push(chunk);
                size += chunk.length;
            } else if (!this.request.readableEnded) {
                await readableOrOver(this.request);
            }
        }
        return Buffer.concat(this.#received);
    }

    /** Sends the request on. Resolves with the head of the answer; rejects when the upstream cannot be reached or breaks off. */
    send(): Promise<IncomingMessage> {
        const { request, response, upstream } = this;
        const client = upstream.url.protocol === "https:" ? https : http;
        return new Promise((resolve, reject) => {
            const outgoing = client.request({
                host: upstream.url.hostname,
                port: upstream.url.port,
                agent: upstream.agent,
                method: request.method,
                path: request.url,
                headers: requestHeaders(request),
            });
            outgoing.once("response", resolve);
            outgoing.on("error", reject);
            // A server that has the whole write carries it out even when its client has died; anything else stops here.
            response.once("close", () => {
                const committed = request.complete && request.method !== "GET" && request.method !== "HEAD";
                if (!response.writableFinished && !committed) outgoing.destroy();
            });
            for (const chunk of this.#received) outgoing.write(chunk);
            request.pipe(outgoing);
        });
    }

    /** Streams the answer to the client as it comes; watches stay open as long as both ends want. `onBytes` hears how many bytes went through. */
    async relay(answer: IncomingMessage, onBytes: (count: number) => void): Promise<void> {
        const { response } = this;
        if (response.destroyed) {
            await this.swallow(answer);
            return;
        }
        response.sendDate = false;
        response.writeHead(answer.statusCode ?? 502, answer.statusMessage ?? "", endToEnd(answer.rawHeaders));
        response.flushHeaders();
        answer.on("data", (chunk: Buffer) => onBytes(chunk.length));
        await pipeline(answer, response);
    }

    /** Reads the answer to its end: from here on the server has done what was asked. */
    async swallow(answer: IncomingMessage): Promise<void> {
        answer.resume();
        await finished(answer);
    }

    /** Breaks the connection: the client sees a reset, never an HTTP error of the proxy's own making. */
    destroy(): void {
        this.request.socket.destroy();
    }
}

function readableOrOver(request: IncomingMessage): Promise<void> {
    return new Promise((resolve, reject) => {
        const settle = (error?: Error) => {
            for (const event of ["readable", "end"]) request.off(event, onProgress);
            request.off("close", onClose);
            if (error) reject(error);
            else resolve();
        };
        const onProgress = () => settle();
        const onClose = () =>
            settle(
                request.readableEnded
                    ? undefined
                    : Object.assign(new Error("the client went away"), { code: "ECONNRESET" }),
            );
        for (const event of ["readable", "end"]) request.once(event, onProgress);
        request.once("close", onClose);
        if (request.destroyed) onClose();
    });
}

function requestHeaders(request: IncomingMessage): string[] {
    const headers = endToEnd(request.rawHeaders);
    const framed = request.headers["content-length"] ?? request.headers["transfer-encoding"];
    // Node would frame a bodyless POST as chunked, which some servers refuse.
    if (framed === undefined && request.method !== "GET" && request.method !== "HEAD")
        headers.push("Content-Length", "0");
    return headers;
}

function endToEnd(rawHeaders: string[]): string[] {
    const kept: string[] = [];
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
        const [name = "", value = ""] = rawHeaders.slice(i, i + 2);
        if (!HOP_BY_HOP.has(name.toLowerCase())) kept.push(name, value);
    }
    return kept;
}
