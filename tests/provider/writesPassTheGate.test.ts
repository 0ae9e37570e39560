// Each attempt of each write, the SDK's own retries too, asks the gate: a mover that lost its lock while a request was on the wire sends it no second time. The real clients, with a handler in place of the wire.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import * as acm from "@aws-sdk/client-acm";
import * as eks from "@aws-sdk/client-eks";
import * as elb from "@aws-sdk/client-elastic-load-balancing-v2";
import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";
import { HttpResponse } from "@smithy/protocol-http";
import { gated, isWriteCommand } from "../../provider/adapters/aws/client";
import { KubernetesApi } from "../../provider/adapters/kubernetes/api";
import type { Gate, Pass } from "../../provider/ports/world";
import { makeCertificate } from "../../sandbox/kubernetes/makeCertificate";

const ADAPTERS = join(__dirname, "../../provider/adapters");
const AWS = join(ADAPTERS, "aws");

/** Every command of the adapters that changes something, with its client and an input that it takes. */
const WRITES: Record<string, readonly [client: unknown, sdk: object, input: object]> = {
    CreateAddon: [eks.EKSClient, eks, { clusterName: "c", addonName: "a" }],
    UpdateAddon: [eks.EKSClient, eks, { clusterName: "c", addonName: "a" }],
    TagResource: [eks.EKSClient, eks, { resourceArn: "a", tags: {} }],
    UntagResource: [eks.EKSClient, eks, { resourceArn: "a", tagKeys: [] }],
    DeleteAddon: [eks.EKSClient, eks, { clusterName: "c", addonName: "a" }],
    CreateRole: [iam.IAMClient, iam, { RoleName: "r", AssumeRolePolicyDocument: "{}" }],
    AttachRolePolicy: [iam.IAMClient, iam, { RoleName: "r", PolicyArn: "p" }],
    DetachRolePolicy: [iam.IAMClient, iam, { RoleName: "r", PolicyArn: "p" }],
    PutRolePolicy: [iam.IAMClient, iam, { RoleName: "r", PolicyName: "p", PolicyDocument: "{}" }],
    DeleteRolePolicy: [iam.IAMClient, iam, { RoleName: "r", PolicyName: "p" }],
    UpdateAssumeRolePolicy: [iam.IAMClient, iam, { RoleName: "r", PolicyDocument: "{}" }],
    DeleteRole: [iam.IAMClient, iam, { RoleName: "r" }],
    AddTags: [elb.ElasticLoadBalancingV2Client, elb, { ResourceArns: ["l"], Tags: [] }],
    RemoveTags: [elb.ElasticLoadBalancingV2Client, elb, { ResourceArns: ["l"], TagKeys: [] }],
    AddTagsToCertificate: [acm.ACMClient, acm, { CertificateArn: "c", Tags: [] }],
    RemoveTagsFromCertificate: [acm.ACMClient, acm, { CertificateArn: "c", Tags: [] }],
    DeleteBucket: [s3.S3Client, s3, { Bucket: "bucket" }],
    PutObjectTagging: [s3.S3Client, s3, { Bucket: "bucket", Key: "k", Tagging: { TagSet: [] } }],
};

const SETTINGS = {
    region: "us-west-2",
    credentials: async () => ({ accessKeyId: "a", secretAccessKey: "s" }),
    maxAttempts: 3,
    retryMode: "standard",
    customUserAgent: [] as [string, string][],
    requestHandler: { requestTimeout: 1000, connectionTimeout: 1000 },
};

/** Lets so many attempts through, and then none. */
class CountingGate implements Gate {
    asked = 0;
    controller = new AbortController();

    constructor(readonly open: number) {}

    check = () => undefined;

    async pass(): Promise<Pass> {
        this.asked += 1;
        if (this.asked > this.open) throw new Error("another mover took the lock");
        return { signal: this.controller.signal, validForMs: 9_000, isValid: () => true };
    }
}

function refusing(onRequest: (abortSignal: unknown) => Promise<void> = async () => undefined) {
    const handler = {
        sent: 0,
        handle: async (_: unknown, options?: { abortSignal?: unknown }) => {
            handler.sent += 1;
            await onRequest(options?.abortSignal);
            return { response: new HttpResponse({ statusCode: 503, headers: {}, body: new Uint8Array() }) };
        },
    };
    return handler;
}

async function send(name: string, gate: Gate, handler: ReturnType<typeof refusing>): Promise<string> {
    const [make, sdk, input] = WRITES[name] ?? [];
    const client = gated(make as never, SETTINGS, gate, handler as never) as {
        send(command: unknown): Promise<unknown>;
    };
    const Command = (sdk as Record<string, new (given: unknown) => unknown>)[`${name}Command`];
    assert.ok(Command, name);
    try {
        await client.send(new Command(input));
        return "";
    } catch (error) {
        return (error as Error).message;
    }
}

function sources(folder: string): { name: string; text: string }[] {
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
}

describe("every attempt of a write to AWS", function () {
    this.timeout(30_000);

    it("is known here: a new command of an adapter has to be added to this test", () => {
        const used = sources(AWS).flatMap(({ text }) =>
            [...text.matchAll(/new (?:\w+\.)*(\w+)Command\(/g)].map(([, name = ""]) =>
                name.replace(/^.*\./, ""),
            ),
        );
        assert.ok(used.length > 20, `${used.length} commands found`);
        const writes = [...new Set(used.filter(isWriteCommand))].sort();
        assert.deepEqual(writes, Object.keys(WRITES).sort());
    });

    it("goes through a client that asks the gate: the adapters make no other", () => {
        const others = sources(ADAPTERS).filter(
            ({ name, text }) => name !== join("aws", "client.ts") && /new [\w.]*Client\(/.test(text),
        );
        assert.deepEqual(
            others.map(({ name }) => name),
            [],
        );
    });

    for (const name of Object.keys(WRITES)) {
        it(`${name}: no request without the lock, no retry after its loss`, async () => {
            const closed = refusing();
            assert.match(await send(name, new CountingGate(0), closed), /another mover took the lock/);
            assert.equal(closed.sent, 0);
            const once = refusing();
            assert.match(await send(name, new CountingGate(1), once), /another mover took the lock/);
            assert.equal(once.sent, 1);
        });
    }

    it("is given up on the wire when the lock runs out, and asks again", async () => {
        const gate = new CountingGate(1);
        const handler = refusing(async (signal) => {
            assert.equal(signal, gate.controller.signal, "the request can be aborted");
            gate.controller.abort(new Error("the lock was not renewed in time for this request"));
            throw Object.assign(new Error("Request aborted"), { name: "AbortError" });
        });
        assert.match(await send("CreateAddon", gate, handler), /another mover took the lock/);
        assert.deepEqual([handler.sent, gate.asked], [1, 2]);
    });
});

describe("every attempt of a write to Kubernetes", function () {
    this.timeout(30_000);
    let server: Server;
    let url = "";
    let requests: string[] = [];
    let onRequest: () => void = () => undefined;

    before(async () => {
        const { certificate: cert, key } = await makeCertificate({ commonName: "127.0.0.1" });
        server = createServer({ cert, key }, (request, response) => {
            requests.push(`${request.method} ${request.url}`);
            onRequest();
            response.writeHead(503, { "content-type": "application/json" }).end("{}");
        });
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    after(() => {
        server.closeAllConnections();
        server.close();
    });
    beforeEach(() => {
        requests = [];
        onRequest = () => undefined;
    });

    const apiWith = async (gate: Gate) => {
        const { Agent } = await import("node:https");
        const agent = new Agent();
        const credentials = async () => ({
            server: url,
            tls: { rejectUnauthorized: false },
            headers: {},
            agent,
        });
        return new KubernetesApi({ credentials }, async () => undefined, gate);
    };

    for (const method of ["POST", "PUT", "PATCH", "DELETE"] as const) {
        it(`${method}: no request without the lock, no retry after its loss`, async () => {
            const call = async (gate: Gate) =>
                (await apiWith(gate)).call({
                    method,
                    path: "/api/v1/things",
                    body: {},
                    retryUnanswered: true,
                });
            await assert.rejects(call(new CountingGate(0)), /another mover took the lock/);
            assert.deepEqual(requests, []);
            await assert.rejects(call(new CountingGate(2)), /another mover took the lock/);
            // The API server is told when to give the write up by itself.
            assert.deepEqual(requests, Array(2).fill(`${method} /api/v1/things?timeout=9s`));
        });
    }

    it("GET, and a POST that stores nothing, need no lock", async () => {
        const api = await apiWith(new CountingGate(0));
        await assert.rejects(api.call({ method: "GET", path: "/a", retries: 0 }), /503/);
        await assert.rejects(
            api.call({ method: "POST", path: "/b", body: {}, storesNothing: true, retries: 0 }),
            /503/,
        );
        assert.deepEqual(requests, ["GET /a", "POST /b"]);
    });

    it("is not sent when the lock ran out while the connection was made", async () => {
        const gate = new CountingGate(1);
        const api = await apiWith({
            check: () => undefined,
            pass: async () => ({ ...(await gate.pass()), isValid: () => false }),
        });
        await assert.rejects(
            api.call({ method: "PATCH", path: "/late", body: {} }),
            /another mover took the lock/,
        );
        assert.deepEqual(requests, []);
    });

    it("is given up on the wire when the lock runs out", async () => {
        const gate = new CountingGate(1);
        onRequest = () => gate.controller.abort(new Error("not renewed in time"));
        const api = await apiWith(gate);
        await assert.rejects(
            api.call({ method: "PUT", path: "/slow", body: {} }),
            /another mover took the lock/,
        );
        assert.equal(requests.length, 1);
    });
});
