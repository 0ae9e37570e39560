/** A kubeconfig comes in; raw JSON of GET requests goes out, every field as the API server sent it. Never writes. */
import * as http from "node:http";
import * as https from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import type { JsonObject } from "./capturedState";

const TIMEOUT_MS = 10_000;
const CONNECTIONS = 12;
/** Right after a change of a CRD its lists answer 429 "storage is (re)initializing" for about a second. */
const RETRIES = 10;
const RETRY_PAUSE_MS = 500;
const PAGE = 500;

interface Answer {
    status: number;
    body: string;
}

export class KubernetesReader {
    private constructor(
        private readonly server: URL,
        private readonly agent: http.Agent,
        private readonly headers: http.OutgoingHttpHeaders,
    ) {}

    static async open(kubeconfig: string): Promise<KubernetesReader> {
        const { KubeConfig } = await import("@kubernetes/client-node");
        const config = new KubeConfig();
        config.loadFromFile(kubeconfig);
        const cluster = config.getCurrentCluster();
        if (cluster === null)
            throw new Error(`kubeconfig ${kubeconfig} has no current context with a cluster`);
        const options: https.RequestOptions = {};
        await config.applyToHTTPSOptions(options);
        const server = new URL(cluster.server);
        const { ca, cert, key, rejectUnauthorized } = options;
        const trust = { ca, cert, key, ...(rejectUnauthorized === false ? { rejectUnauthorized } : {}) };
        const secure = server.protocol === "https:";
        const connections = { keepAlive: true, maxSockets: CONNECTIONS };
        const agent = secure
            ? new https.Agent({ ...connections, ...trust } as https.AgentOptions)
            : new http.Agent(connections);
        return new KubernetesReader(server, agent, (options.headers ?? {}) as http.OutgoingHttpHeaders);
    }

    async get(path: string, accept = "application/json"): Promise<JsonObject> {
        for (let attempt = 0; ; attempt++) {
            const answer = await this.#request(path, accept);
            if (answer.status === 200) return JSON.parse(answer.body) as JsonObject;
            if (answer.status !== 429 || attempt >= RETRIES) {
                throw new Error(`GET ${path} answered ${answer.status}: ${answer.body.slice(0, 500)}`);
            }
            await pause(RETRY_PAUSE_MS);
        }
    }

    /** All pages of a list. */
    async list(path: string): Promise<JsonObject[]> {
        const items: JsonObject[] = [];
        let token = "";
        do {
            const page = await this.get(
                `${path}?limit=${PAGE}${token && `&continue=${encodeURIComponent(token)}`}`,
            );
            items.push(...((page.items ?? []) as JsonObject[]));
            token = String((page.metadata as JsonObject | undefined)?.continue ?? "");
        } while (token !== "");
        return items;
    }

    close(): void {
        this.agent.destroy();
    }

    #request(path: string, accept: string): Promise<Answer> {
        const client = this.server.protocol === "https:" ? https : http;
        return new Promise((resolve, reject) => {
            const options = { agent: this.agent, headers: { ...this.headers, accept }, timeout: TIMEOUT_MS };
            const request = client.get(new URL(path, this.server), options, (response) => {
                const chunks: Buffer[] = [];
                response.on("data", (chunk: Buffer) => chunks.push(chunk));
                response.on("error", reject);
                response.on("end", () =>
                    resolve({
                        status: response.statusCode ?? 0,
                        body: Buffer.concat(chunks).toString("utf8"),
                    }),
                );
            });
            request.on("error", reject);
            request.on("timeout", () =>
                request.destroy(new Error(`GET ${path}: no answer in ${TIMEOUT_MS} ms`)),
            );
        });
    }
}
