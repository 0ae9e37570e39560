/** Small upstream servers and clients for the tests of the fault proxy; nothing of Kubernetes or AWS is in here. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FaultProxy, startFaultProxy } from "../../sandbox/faults/proxy";

export interface Received {
    method: string;
    url: string;
    headers: http.IncomingHttpHeaders;
    bytes: number;
    sha256: string;
}

export interface Upstream {
    server: http.Server;
    url: string;
    received: Received[];
}

export interface Fixture {
    proxy: FaultProxy;
    aws: Upstream;
    kubernetes: Upstream;
    ca: Buffer;
    stop(): Promise<void>;
}

export async function startFixture(answer?: http.RequestListener): Promise<Fixture> {
    const directory = mkdtempSync(join(tmpdir(), "faults-"));
    const [certFile, keyFile] = [join(directory, "tls.crt"), join(directory, "tls.key")];
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const files = ["-keyout", keyFile, "-out", certFile];
    execFileSync("openssl", ["req", "-x509", ...key, ...subject, ...files], { stdio: "pipe" });
    const [cert, privateKey] = [readFileSync(certFile), readFileSync(keyFile)];
    const aws = await startUpstream(http.createServer(), "http", answer);
    const kubernetes = await startUpstream(https.createServer({ cert, key: privateKey }), "https", answer);
    const proxy = await startFaultProxy({
        awsUpstream: aws.url,
        kubernetesUpstream: kubernetes.url,
        caFile: certFile,
        certFile,
        keyFile,
    });
    const stop = async () => {
        await proxy.close();
        await Promise.all([stopUpstream(aws), stopUpstream(kubernetes)]);
        rmSync(directory, { recursive: true });
    };
    return { proxy, aws, kubernetes, ca: cert, stop };
}

async function startUpstream(
    server: http.Server,
    scheme: string,
    answer: http.RequestListener | undefined,
): Promise<Upstream> {
    const received: Received[] = [];
    server.on("request", (request: http.IncomingMessage, response: http.ServerResponse) => {
        if (answer) answer(request, response);
        else recordAndAnswer(received, request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    return { server, url: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

function recordAndAnswer(received: Received[], request: http.IncomingMessage, response: http.ServerResponse) {
    const hash = createHash("sha256");
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
        hash.update(chunk);
        bytes += chunk.length;
    });
    request.on("end", () => {
        const { method = "", url = "", headers } = request;
        received.push({ method, url, headers, bytes, sha256: hash.digest("hex") });
        response.setHeader("X-Upstream", "yes");
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ method, url }));
    });
}

export async function stopUpstream(upstream: Upstream): Promise<void> {
    if (!upstream.server.listening) return;
    const closed = new Promise((resolve) => upstream.server.close(resolve));
    upstream.server.closeAllConnections();
    await closed;
}

export interface Answer {
    status: number;
    headers: http.IncomingHttpHeaders;
    body: Buffer;
}

export interface Call {
    method?: string;
    headers?: Record<string, string>;
    body?: Buffer | string;
    agent?: https.Agent | http.Agent;
}

/** One request with Node's own client, which neither retries nor hides a reset. */
export function call(fixture: Fixture, url: string, { method = "GET", headers, body, agent }: Call = {}) {
    return new Promise<Answer>((resolve, reject) => {
        const client = url.startsWith("https") ? https : http;
        const options = { method, headers, agent: agent ?? false, ca: fixture.ca } as https.RequestOptions;
        const request = client.request(url, options, (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk));
            response.on("error", reject);
            response.on("end", () =>
                resolve({
                    status: response.statusCode ?? 0,
                    headers: response.headers,
                    body: Buffer.concat(chunks),
                }),
            );
        });
        request.on("error", reject);
        request.setTimeout(20_000, () => request.destroy(new Error("no answer within 20 s")));
        request.end(body);
    });
}

/** The header by which AWS requests tell their service. */
export function signedFor(service: string): Record<string, string> {
    const scope = `AKIDEXAMPLE/20260101/us-west-2/${service}/aws4_request`;
    return { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=00` };
}
