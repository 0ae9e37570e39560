// One request to the sandbox's API server as its administrator; the JSON answer, or an error with what the server said.
import { readFileSync } from "node:fs";
import { request } from "node:https";

export interface Reachable {
    readonly apiServerUrl: string;
    readonly caFile: string;
    readonly clientCertFile: string;
    readonly clientKeyFile: string;
}

const TIMEOUT_MS = 10_000;

export function requestJson(
    server: Reachable,
    method: string,
    path: string,
    body?: unknown,
): Promise<unknown> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
        const outgoing = request(
            server.apiServerUrl + path,
            {
                method,
                ca: readFileSync(server.caFile),
                cert: readFileSync(server.clientCertFile),
                key: readFileSync(server.clientKeyFile),
                timeout: TIMEOUT_MS,
                headers: {
                    "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json",
                    ...(payload === undefined ? {} : { "content-length": Buffer.byteLength(payload) }),
                },
            },
            (incoming) => {
                let text = "";
                incoming.setEncoding("utf8").on("data", (chunk: string) => {
                    text += chunk;
                });
                incoming.once("error", reject);
                incoming.once("end", () => {
                    if ((incoming.statusCode ?? 500) < 300) resolve(JSON.parse(text));
                    else reject(new Error(`${method} ${path}: ${incoming.statusCode} ${text}`));
                });
            },
        );
        outgoing.once("timeout", () =>
            outgoing.destroy(new Error(`${method} ${path}: no answer within ${TIMEOUT_MS / 1000} s`)),
        );
        outgoing.once("error", reject);
        outgoing.end(payload);
    });
}
