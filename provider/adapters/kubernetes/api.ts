// Requests to one API server as raw JSON, with time limits and retries. Knows HTTP and Kubernetes' Status, no kinds.
import * as https from "node:https";
import type { ClusterAccess } from "./access";

const USER_AGENT = "pulumi-hyperpod-inference";
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
    readonly timeoutMs?: number;
    readonly retries?: number;
}

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

export class KubernetesApi {
    readonly #access: ClusterAccess;
    readonly #sleep: (ms: number) => Promise<void>;

    constructor(access: ClusterAccess, sleep: (ms: number) => Promise<void>) {
        this.#access = access;
        this.#sleep = sleep;
    }

    /** Answers any response below 300; throws ApiError for the rest after the retries. */
    async call(request: ApiRequest): Promise<ApiResponse> {
        const response = await this.callForAnswer(request);
        if (response.status >= 300) throw new ApiError(response.status, response.body, request);
        return response;
    }

    /** Like `call`, but a refusal is an answer too. */
    async callForAnswer(request: ApiRequest): Promise<ApiResponse> {
        const limit = request.retries ?? RETRY_DELAYS_MS.length;
        for (let attempt = 0; ; attempt++) {
            const last = attempt >= limit;
            try {
                const response = await this.#send(request);
                const retryAfter = retryAfterMs(response);
                if (retryAfter === undefined || last) return response.answer;
                await this.#sleep(Math.max(retryAfter, RETRY_DELAYS_MS[attempt] ?? 3200));
            } catch (error) {
                const { sent, cause } = error as { sent?: boolean; cause?: Error };
                const harmless = request.method !== "POST" || request.retryUnanswered === true;
                if (last || (sent && !harmless)) throw cause ?? error;
                await this.#sleep(RETRY_DELAYS_MS[attempt] ?? 3200);
            }
        }
    }

    async #send(request: ApiRequest): Promise<{ answer: ApiResponse; headers: Record<string, unknown> }> {
        const credentials = await this.#access.credentials();
        const url = new URL(credentials.server.replace(/\/$/, "") + request.path);
        for (const [key, value] of Object.entries(request.query ?? {})) {
            if (value !== undefined) url.searchParams.set(key, value);
        }
        const payload = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
        const options: https.RequestOptions = {
            method: request.method,
            ...credentials.tls,
            agent: credentials.agent,
            headers: {
                accept: request.accept ?? "application/json",
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
        return exchange(url, options, payload, request.timeoutMs ?? REQUEST_TIMEOUT_MS);
    }
}

function exchange(
    url: URL,
    options: https.RequestOptions,
    payload: Buffer | undefined,
    timeoutMs: number,
): Promise<{ answer: ApiResponse; headers: Record<string, unknown> }> {
    return new Promise((resolve, reject) => {
        let sent = false;
        const fail = (cause: Error) => {
            clearTimeout(timer);
            reject({ sent, cause });
        };
        const outgoing = https.request(url, options, (incoming) => {
            const chunks: Buffer[] = [];
            incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
            incoming.on("error", fail);
            incoming.on("end", () => {
                clearTimeout(timer);
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
        outgoing.end(payload);
    });
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
    if (![429, 502, 503, 504].includes(answer.status) && !isTransient500(answer)) return undefined;
    return (Number.parseInt(String(headers["retry-after"] ?? ""), 10) || 0) * 1000;
}

/** etcd away for a moment shows as 500. */
function isTransient500(answer: ApiResponse): boolean {
    const message = String((answer.body as { message?: string } | undefined)?.message ?? "");
    return (
        answer.status === 500 && /etcdserver|leader changed|context deadline exceeded|injected/i.test(message)
    );
}
