/** One question to the emulator's control door, one answer or one clear error. Never sends an AWS request. */
import * as http from "node:http";

const TIMEOUT_MS = 30_000;

export class Control {
    // Connections are kept, because tests ask often.
    private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 4 });

    constructor(readonly endpoint: string) {}

    ask(method: "GET" | "POST" | "DELETE", name: string, body?: unknown): Promise<unknown> {
        return new Promise((resolve, reject) => {
            const payload = body === undefined ? "" : JSON.stringify(body);
            const request = http.request(
                `${this.endpoint}/_sandbox/${name}`,
                {
                    method,
                    agent: this.agent,
                    timeout: TIMEOUT_MS,
                    headers: {
                        "content-type": "application/json",
                        "content-length": Buffer.byteLength(payload),
                    },
                },
                (response) => {
                    const chunks: Buffer[] = [];
                    response.on("data", (chunk: Buffer) => chunks.push(chunk));
                    response.on("error", reject);
                    response.on("end", () => settle(response.statusCode, Buffer.concat(chunks).toString()));
                },
            );
            const settle = (status: number | undefined, text: string) => {
                if (status === 200) {
                    resolve(JSON.parse(text));
                } else {
                    reject(new Error(`AWS emulator: ${method} ${name}: ${text}`));
                }
            };
            request.on("timeout", () =>
                request.destroy(new Error(`${method} ${name}: no answer in ${TIMEOUT_MS} ms`)),
            );
            request.on("error", reject);
            request.end(payload);
        });
    }

    async answers(): Promise<boolean> {
        return this.ask("GET", "health").then(
            () => true,
            () => false,
        );
    }

    close(): void {
        this.agent.destroy();
    }
}
