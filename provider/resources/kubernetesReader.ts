// An EKS cluster comes in, answers of its Kubernetes API go out. Reads only.
import { request } from "node:https";
import { type Connection, credentials, eksClient, isAbsent } from "./connection";

/** Reads one path of the API; undefined when it is not there. */
export type KubernetesReader = <T>(path: string) => Promise<T | undefined>;

const tokenMinutes = 10;
const callTimeout = 15_000;

/** The name of the cluster, proven by a signed request to STS, as `aws eks get-token` makes it. */
async function token(connection: Connection, clusterName: string): Promise<string> {
    const { SignatureV4 } = require("@smithy/signature-v4") as typeof import("@smithy/signature-v4");
    const { HttpRequest } = require("@smithy/protocol-http") as typeof import("@smithy/protocol-http");
    const { Sha256 } = require("@aws-crypto/sha256-js") as typeof import("@aws-crypto/sha256-js");
    const { region } = connection;
    const suffix = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
    const hostname = `sts.${region}.${suffix}`;
    const signer = new SignatureV4({
        credentials: credentials(connection),
        region,
        service: "sts",
        sha256: Sha256,
    });
    const unsigned = new HttpRequest({
        method: "GET",
        protocol: "https:",
        hostname,
        path: "/",
        query: { Action: "GetCallerIdentity", Version: "2011-06-15" },
        headers: { host: hostname, "x-k8s-aws-id": clusterName },
    });
    const signed = await signer.presign(unsigned, { expiresIn: 60, unsignableHeaders: new Set() });
    const query = Object.entries(signed.query ?? {}).map(
        ([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`,
    );
    return `k8s-aws-v1.${Buffer.from(`https://${hostname}/?${query.join("&")}`).toString("base64url")}`;
}

/** A reader, or undefined when the cluster is gone. */
export async function kubernetesReader(
    connection: Connection,
    clusterName: string,
): Promise<KubernetesReader | undefined> {
    const { DescribeClusterCommand } = require("@aws-sdk/client-eks") as typeof import("@aws-sdk/client-eks");
    const client = eksClient(connection);
    let endpoint: string | undefined;
    let ca: Buffer | undefined;
    try {
        const { cluster } = await client.send(new DescribeClusterCommand({ name: clusterName }));
        endpoint = cluster?.endpoint;
        const data = cluster?.certificateAuthority?.data;
        ca = data ? Buffer.from(data, "base64") : undefined;
    } catch (error) {
        if (isAbsent(error)) return undefined;
        throw error;
    } finally {
        client.destroy();
    }
    if (!endpoint)
        throw new Error(`The EKS cluster ${clusterName} has no API endpoint yet; wait until it is ACTIVE.`);
    const base = endpoint;
    let current: { text: string; until: number } | undefined;
    return async <T>(path: string) => {
        if (!current || current.until < Date.now()) {
            current = {
                text: await token(connection, clusterName),
                until: Date.now() + tokenMinutes * 60_000,
            };
        }
        const { status, body } = await getPatiently(new URL(path, base), current.text, ca);
        if (status === 404) return undefined;
        if (status === 200) return JSON.parse(body) as T;
        const hint =
            status === 401 || status === 403
                ? ` Give this principal an EKS access entry that may read it: aws eks create-access-entry --cluster-name ${clusterName} --principal-arn <yours>.`
                : "";
        throw new Error(
            `The Kubernetes API of ${clusterName} answered ${status} to GET ${path}: ${body.slice(0, 300)}.${hint}`,
        );
    };
}

/** Overload, server errors and broken connections pass; five more tries within about 15 s. */
async function getPatiently(url: URL, bearer: string, ca: Buffer | undefined): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
        const isLast = attempt > 5;
        const wait = Math.min(500 * 2 ** (attempt - 1), 5_000);
        try {
            const answer = await get(url, bearer, ca);
            const passes = answer.status === 429 || answer.status >= 500;
            if (!passes || isLast) return answer;
            await sleep(Math.max(wait, Math.min(answer.retryAfter, 10) * 1000));
        } catch (error) {
            if (isLast) throw error;
            await sleep(wait);
        }
    }
}

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

interface Answer {
    status: number;
    body: string;
    retryAfter: number;
}

function get(url: URL, bearer: string, ca: Buffer | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
        const headers = { accept: "application/json", authorization: `Bearer ${bearer}` };
        const call = request(
            url,
            { headers, ...(ca ? { ca } : {}), timeout: callTimeout, agent: false },
            (answer) => {
                const chunks: Buffer[] = [];
                answer.on("data", (chunk: Buffer) => chunks.push(chunk));
                answer.on("error", reject);
                answer.on("end", () =>
                    resolve({
                        status: answer.statusCode ?? 0,
                        body: Buffer.concat(chunks).toString(),
                        retryAfter: Number(answer.headers["retry-after"] ?? 0) || 0,
                    }),
                );
            },
        );
        call.on("timeout", () =>
            call.destroy(new Error(`no answer from ${url.host} within ${callTimeout / 1000} s`)),
        );
        call.on("error", reject);
        call.end();
    });
}
