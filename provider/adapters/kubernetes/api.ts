// Requests to one API server as raw JSON, with time limits and retries; every attempt of a write passes the gate. Knows HTTP and Kubernetes' Status, no kinds.

import * as https from "node:https";
import { createGunzip } from "node:zlib";
import { PACKAGE_NAME } from "../../../common/ourMarks";
import type { Gate, Pass } from "../../ports/world";
import type { ClusterAccess, Credentials } from "./clusterAccess";

const USER_AGENT = PACKAGE_NAME;
const REQUEST_TIMEOUT_MS = 30_000;
/** Waits between tries: about 0.2, 0.4, 0.8, 1.6, 3.2 s; an API server that restarts is away for a few seconds. */
const RETRY_DELAYS_MS = [200, 400, 800, 1600, 3200, 3200];

export interface ApiRequest {
    readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    readonly path: string;
    readonly query?: Readonly<Record<string, string | undefined>>;
    readonly body?: unknown;
    readonly contentType?: string;
    readonly accept?: string;
    /** A lost answer is asked again only when asking twice does no harm. Reads, PUT, PATCH and DELETE are; POST is the caller's word. */
    readonly retryUnanswered?: boolean;
    /** A dry run or a review: no write, so it needs no lock. */
    readonly storesNothing?: boolean;
    readonly timeoutMs?: number;
    readonly retries?: number;
}

export interface ApiLimits {
    readonly timeoutMs: number;
    readonly retries: number;
    /** How often in a row no answer at all is waited for. Defaults to one more than the retries. */
    readonly silences?: number;
}

/** Of the first questions: where no route leads to a private endpoint, nobody waits for minutes. */
export const FIRST_CONTACT: ApiLimits = {
    timeoutMs: 20_000,
    retries: RETRY_DELAYS_MS.length,
    silences: 2,
};

export interface ApiResponse {
    readonly status: number;
    readonly body: unknown;
    /** The server's `Date` header. */
    readonly date: string | undefined;
}

/** An answer of the API server that is not success. */
export class ApiError extends Error {
    readonly reason: string;
    constructor(
        readonly status: number,
        readonly details: unknown,
        request: ApiRequest,
    ) {
        const said = (details as { message?: string; reason?: string } | undefined) ?? {};
        super(`${request.method} ${request.path}: ${said.message ?? `HTTP ${status}`}`);
        this.name = "ApiError";
        this.reason = said.reason ?? "";
    }
}

/** Whether it is the API server's answer with this status. */
export function isStatus(error: unknown, status: number): error is ApiError {
    return error instanceof ApiError && error.status === status;
}

export class KubernetesApi {
    readonly #access: ClusterAccess;
    readonly #sleep: (ms: number) => Promise<void>;
    readonly #gate: Gate;
    readonly #limits: ApiLimits;

    constructor(
        access: ClusterAccess,
        sleep: (ms: number) => Promise<void>,
        gate: Gate,
        limits: ApiLimits = { timeoutMs: REQUEST_TIMEOUT_MS, retries: RETRY_DELAYS_MS.length },
    ) {
        this.#access = access;
        this.#sleep = sleep;
        this.#gate = gate;
        this.#limits = limits;
    }

    /** Answers any response below 300; throws ApiError for the rest after the retries. */
    async call(request: ApiRequest): Promise<ApiResponse> {
        const response = await this.callForAnswer(request);
        if (response.status >= 300) throw new ApiError(response.status, response.body, request);
        return response;
    }

    /** Like `call`, but a refusal is an answer too. */
    async callForAnswer(request: ApiRequest): Promise<ApiResponse> {
        const limit = request.retries ?? this.#limits.retries;
        const { silences = limit + 1 } = this.#limits;
        let silent = 0;
        const isWrite = request.method !== "GET" && request.storesNothing !== true;
        for (let attempt = 0; ; attempt++) {
            const last = attempt >= limit;
            const credentials = await this.#access.credentials();
            // After everything that may take time.
            const pass = isWrite ? await this.#gate.pass() : undefined;
            try {
                const response = await this.#send(request, credentials, pass);
                const retryAfter = retryAfterMs(response);
                if (retryAfter === undefined || last) return response.answer;
                await this.#sleep(Math.max(retryAfter, RETRY_DELAYS_MS[attempt] ?? 3200));
            } catch (error) {
                const { sent, cause } = error as { sent?: boolean; cause?: Error };
                const harmless = request.method !== "POST" || request.retryUnanswered === true;
                if ((cause as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT") silent += 1;
                if (last || silent >= silences || (sent && !harmless)) throw cause ?? error;
                await this.#sleep(RETRY_DELAYS_MS[attempt] ?? 3200);
            }
        }
    }

    /** Waits before another try of something that did not fit; longer each time, and never two callers in step. */
    async backOff(attempt: number): Promise<void> {
        await this.#sleep((RETRY_DELAYS_MS[attempt] ?? 3200) * (0.5 + Math.random() / 2));
    }

    async #send(
        request: ApiRequest,
        credentials: Credentials,
        pass: Pass | undefined,
    ): Promise<{ answer: ApiResponse; headers: Record<string, unknown> }> {
        const url = new URL(credentials.server.replace(/\/$/, "") + request.path);
        for (const [key, value] of Object.entries(request.query ?? {})) {
            if (value !== undefined) url.searchParams.set(key, value);
        }
        // The API server itself gives up a write that outlives the lock.
        if (pass !== undefined) url.searchParams.set("timeout", `${wholeSeconds(pass.validForMs)}s`);
        const payload = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
        const options: https.RequestOptions = {
            method: request.method,
            ...credentials.tls,
            agent: credentials.agent,
            headers: {
                accept: request.accept ?? "application/json",
                // Long lists are a tenth of their length then.
                "accept-encoding": "gzip",
                "user-agent": USER_AGENT,
                ...(payload
                    ? {
                          "content-type": request.contentType ?? "application/json",
                          "content-length": payload.length,
                      }
                    : {}),
                ...credentials.headers,
            },
        };
        return exchange(url, options, payload, request.timeoutMs ?? this.#limits.timeoutMs, pass);
    }
}

function exchange(
    url: URL,
    options: https.RequestOptions,
    payload: Buffer | undefined,
    timeoutMs: number,
    pass: Pass | undefined,
): Promise<{ answer: ApiResponse; headers: Record<string, unknown> }> {
    return new Promise((resolve, reject) => {
        let sent = false;
        const giveUp = () => outgoing.destroy(pass?.signal.reason as Error);
        const done = () => {
            clearTimeout(timer);
            pass?.signal.removeEventListener("abort", giveUp);
        };
        const fail = (cause: Error) => {
            done();
            reject({ sent, cause });
        };
        const outgoing = https.request(url, options, (incoming) => {
            const chunks: Buffer[] = [];
            const isPacked = incoming.headers["content-encoding"] === "gzip";
            const content = isPacked ? incoming.pipe(createGunzip()) : incoming;
            content.on("data", (chunk: Buffer) => chunks.push(chunk));
            // What breaks off is not piped on.
            incoming.on("error", fail);
            content.on("error", fail);
            content.on("end", () => {
                done();
                resolve({
                    answer: {
                        status: incoming.statusCode ?? 0,
                        body: parseBody(Buffer.concat(chunks).toString("utf8")),
                        date: incoming.headers.date,
                    },
                    headers: incoming.headers,
                });
            });
        });
        const timer = setTimeout(
            () =>
                outgoing.destroy(
                    Object.assign(new Error(`no answer from ${url.host} within ${timeoutMs / 1000} s`), {
                        code: "ETIMEDOUT",
                    }),
                ),
            timeoutMs,
        );
        outgoing.on("error", fail);
        outgoing.on("finish", () => {
            sent = true;
        });
        const send = () => {
            if (pass === undefined || pass.isValid()) outgoing.end(payload);
            else outgoing.destroy(new Error("the lock ran out before the request was sent"));
        };
        if (pass === undefined) return send();
        pass.signal.addEventListener("abort", giveUp);
        // A connection may take long; a request that waits for it is not sent by itself.
        outgoing.once("socket", (socket) => {
            // Through a proxy the connection is there before the server's TLS is.
            const { secureConnecting } = socket as { secureConnecting?: boolean };
            if (socket.connecting || secureConnecting === true) socket.once("secureConnect", send);
            else send();
        });
    });
}

function wholeSeconds(milliseconds: number): number {
    return Math.max(1, Math.floor(milliseconds / 1000));
}

function parseBody(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return { message: text.trim() };
    }
}

/** Milliseconds to wait before asking again; undefined when the answer is final. */
function retryAfterMs({
    answer,
    headers,
}: {
    answer: ApiResponse;
    headers: Record<string, unknown>;
}): number | undefined {
    const { status } = answer;
    if (status !== 429 && (status < 500 || status === 501)) return undefined;
    return (Number.parseInt(String(headers["retry-after"] ?? ""), 10) || 0) * 1000;
}
