// In: method, path and JSON. Out: the API server's JSON answer, or an ApiError. Never retries; every call has a timeout.
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";

export class ApiError extends Error {
    constructor(
        readonly status: number,
        readonly reason: string,
        message: string,
    ) {
        super(message);
    }
}

const contentTypes = {
    json: "application/json",
    merge: "application/merge-patch+json",
    strategic: "application/strategic-merge-patch+json",
    jsonPatch: "application/json-patch+json",
    apply: "application/apply-patch+yaml",
} as const;

export interface ApiRequest {
    method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    path: string;
    body?: unknown;
    contentType?: keyof typeof contentTypes;
    accept?: string;
    timeoutMs?: number;
    signal?: AbortSignal;
}

export interface ApiClientOptions {
    server: string;
    caFile: string;
    certFile: string;
    keyFile: string;
    userAgent: string;
}

/** Plain JSON on purpose: the typed models of a client library cost seconds of CPU with CRDs of 300 kB. */
export class ApiClient {
    private readonly agent: Agent;
    private readonly url: URL;

    constructor(private readonly options: ApiClientOptions) {
        this.url = new URL(options.server);
        this.agent = new Agent({
            keepAlive: true,
            ca: readFileSync(options.caFile),
            cert: readFileSync(options.certFile),
            key: readFileSync(options.keyFile),
        });
    }

    async call<T = unknown>(call: ApiRequest): Promise<T> {
        const response = await this.open(call);
        const text = await readText(response);
        const status = response.statusCode ?? 0;
        if (status >= 400) throw apiError(status, text, call);
        const isJson = response.headers["content-type"]?.includes("json") ?? false;
        return (isJson ? JSON.parse(text) : text) as T;
    }

    /** The answer as a stream, for watches; the caller ends it through `signal`. */
    async stream(call: ApiRequest): Promise<IncomingMessage> {
        const response = await this.open(call);
        const status = response.statusCode ?? 0;
        if (status >= 400) throw apiError(status, await readText(response), call);
        return response;
    }

    close(): void {
        this.agent.destroy();
    }

    private open(call: ApiRequest): Promise<IncomingMessage> {
        const body = call.body === undefined ? undefined : JSON.stringify(call.body);
        const headers: Record<string, string | number> = {
            "User-Agent": this.options.userAgent,
            Accept: call.accept ?? "application/json",
        };
        if (body !== undefined) {
            headers["Content-Type"] = contentTypes[call.contentType ?? "json"];
            headers["Content-Length"] = Buffer.byteLength(body);
        }
        return new Promise((resolve, reject) => {
            const outgoing = request(
                {
                    host: this.url.hostname,
                    port: this.url.port,
                    path: call.path,
                    method: call.method ?? "GET",
                    agent: this.agent,
                    headers,
                    timeout: call.timeoutMs ?? 15_000,
                    ...(call.signal === undefined ? {} : { signal: call.signal }),
                },
                resolve,
            );
            outgoing.on("timeout", () => {
                outgoing.destroy(
                    new Error(`${call.method ?? "GET"} ${call.path}: the API server was silent for too long`),
                );
            });
            outgoing.on("error", reject);
            outgoing.end(body);
        });
    }
}

function readText(response: IncomingMessage): Promise<string> {
    return new Promise((resolve, reject) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("aborted", () => reject(new Error("the API server broke the connection")));
        response.on("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    });
}

function apiError(status: number, text: string, call: ApiRequest): ApiError {
    let reason = "";
    let message = text.slice(0, 500);
    if (text.startsWith("{")) {
        const body = JSON.parse(text) as { reason?: string; message?: string };
        reason = body.reason ?? "";
        message = body.message ?? message;
    }
    return new ApiError(status, reason, `${call.method ?? "GET"} ${call.path}: ${status} ${message}`);
}

export function isStatus(error: unknown, ...statuses: number[]): boolean {
    return error instanceof ApiError && statuses.includes(error.status);
}
