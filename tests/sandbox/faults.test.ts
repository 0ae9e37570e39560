/** The fault proxy between Node's own HTTP client and small servers: what passes, what is counted, what each fault does. */
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import * as http from "node:http";
import * as https from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { call, type Fixture, signedFor, startFixture, stopUpstream } from "./faultsFixtures";

const SECRETS = "/api/v1/namespaces/a/secrets";
const RESET = { code: "ECONNRESET" };
const JSON_BODY = { "content-type": "application/json" };

describe("fault proxy", () => {
    let fixture: Fixture;
    before(async () => {
        fixture = await startFixture();
    });
    after(() => fixture.stop());
    afterEach(() => {
        fixture.proxy.reset();
        fixture.aws.received.length = 0;
        fixture.kubernetes.received.length = 0;
    });

    const aws = (path: string, method = "GET", body = "") =>
        call(fixture, fixture.proxy.awsUrl + path, {
            method,
            headers: { ...signedFor("eks"), ...JSON_BODY },
            body,
        });
    const kubernetes = (path: string, method = "GET", body = "") =>
        call(fixture, fixture.proxy.kubernetesUrl + path, {
            method,
            headers: { authorization: "Bearer t" },
            body,
        });

    describe("without faults", () => {
        it("passes headers, path and answer unchanged on both sides", async () => {
            const signed = signedFor("eks");
            const headers = {
                ...signed,
                "X-Odd-Case": "Kept",
                host: "eks.us-west-2.amazonaws.com",
            };
            const answer = await call(fixture, `${fixture.proxy.awsUrl}/clusters/a%2Fb?x=%20y`, { headers });
            assert.equal(answer.headers["x-upstream"], "yes");
            assert.equal(answer.body.toString(), '{"method":"GET","url":"/clusters/a%2Fb?x=%20y"}');
            const seen = fixture.aws.received[0];
            assert.equal(seen?.headers.host, "eks.us-west-2.amazonaws.com");
            assert.equal(seen?.headers.authorization, signed.authorization);
            assert.equal(seen?.headers["x-odd-case"], "Kept");
            await kubernetes("/api/v1/namespaces");
            assert.equal(fixture.kubernetes.received[0]?.headers.authorization, "Bearer t");
        });

        it("frames a POST without a body as empty", async () => {
            const url = `${fixture.proxy.awsUrl}/clusters/demo/addons/x/update`;
            const bare = http.request(url, { method: "POST", headers: signedFor("eks"), agent: false });
            bare.removeHeader("transfer-encoding");
            bare.useChunkedEncodingByDefault = false;
            const answered = new Promise((resolve, reject) =>
                bare.on("response", resolve).on("error", reject),
            );
            bare.end();
            ((await answered) as http.IncomingMessage).resume();
            assert.equal(fixture.aws.received[0]?.headers["content-length"], "0");
            assert.equal(fixture.aws.received[0]?.headers["transfer-encoding"], undefined);
        });

        it("counts the writes of both sides with one counter, and reads apart", async () => {
            await kubernetes(SECRETS, "POST", '{"metadata":{"name":"one"}}');
            await kubernetes(SECRETS);
            await aws("/clusters/demo/addons", "POST", '{"addonName":"two"}');
            await kubernetes(`${SECRETS}/three`, "DELETE");
            await kubernetes("/apis/coordination.k8s.io/v1/namespaces/a/leases/l", "PUT", "{}");
            const writes = fixture.proxy.writes().map(({ ordinal, what, status }) => [ordinal, what, status]);
            assert.deepEqual(writes, [
                [1, "create secrets/a/one", 200],
                [2, "eks:CreateAddon two", 200],
                [3, "delete secrets/a/three", 200],
            ]);
            assert.equal(fixture.proxy.reads(), 1);
            assert.deepEqual(
                fixture.proxy.leaseRenewals().map((w) => w.what),
                ["update leases/a/l"],
            );
        });

        for (const type of ["application/octet-stream", "application/json"]) {
            it(`passes 100 MB of ${type} up, without a change`, async () => {
                const body = Buffer.alloc(100 * 1024 * 1024, randomBytes(4096));
                const headers = { "content-type": type };
                await call(fixture, fixture.proxy.kubernetesUrl + SECRETS, { method: "POST", headers, body });
                const seen = fixture.kubernetes.received[0];
                assert.equal(seen?.bytes, body.length);
                assert.equal(seen?.sha256, createHash("sha256").update(body).digest("hex"));
            }).timeout(20_000);
        }

        it("keeps the client's connection alive", async () => {
            const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: fixture.ca });
            let connections = 0;
            const create = agent.createConnection.bind(agent);
            agent.createConnection = (...args: Parameters<typeof create>) => {
                connections += 1;
                return create(...args);
            };
            for (let i = 0; i < 3; i++) await call(fixture, fixture.proxy.kubernetesUrl + SECRETS, { agent });
            agent.destroy();
            assert.equal(connections, 1);
        });
    });

    describe("kill and drop", () => {
        it("killBefore holds the write, kills, breaks the connection, and forwards nothing", async () => {
            let brokenAtKill = false;
            let broken = false;
            fixture.proxy.arm({
                ordinal: 2,
                action: "killBefore",
                onHit: async () => {
                    await pause(50);
                    brokenAtKill = broken;
                },
            });
            await kubernetes(`${SECRETS}/one`, "DELETE");
            await assert.rejects(
                kubernetes(`${SECRETS}/two`, "DELETE").finally(() => {
                    broken = true;
                }),
                RESET,
            );
            assert.equal(brokenAtKill, false);
            assert.deepEqual(
                fixture.kubernetes.received.map((r) => r.url),
                [`${SECRETS}/one`],
            );
            await kubernetes(`${SECRETS}/two`, "DELETE");
            assert.deepEqual(
                fixture.proxy.writes().map(({ ordinal, status, fault }) => [ordinal, status, fault]),
                [
                    [1, 200, undefined],
                    [2, undefined, "killBefore"],
                    [3, 200, undefined],
                ],
            );
        });

        it("killAfter kills when the server has answered to the end, and the answer is lost", async () => {
            let committed = 0;
            fixture.proxy.arm({
                match: (write) => write.what === "eks:DeleteAddon x",
                action: "killAfter",
                onHit: () => {
                    committed = fixture.aws.received.length;
                },
            });
            await assert.rejects(aws("/clusters/demo/addons/x", "DELETE"), RESET);
            assert.equal(committed, 1);
            assert.equal(fixture.proxy.writes()[0]?.status, 200);
        });

        it("lets no later write through while the process is being killed, but reads of others", async () => {
            let late: Promise<unknown> | undefined;
            let read: Promise<unknown> | undefined;
            fixture.proxy.arm({
                ordinal: 1,
                action: "killBefore",
                onHit: async () => {
                    late = assert.rejects(aws("/clusters/demo/addons/x", "DELETE"), RESET);
                    read = kubernetes(SECRETS);
                    await Promise.all([late, read]);
                },
            });
            await assert.rejects(kubernetes(`${SECRETS}/one`, "DELETE"), RESET);
            assert.deepEqual(fixture.aws.received, []);
            assert.equal(fixture.kubernetes.received.length, 1);
        });

        it("dropBefore and dropAfter break the connection without and with the write done", async () => {
            fixture.proxy.arm({ ordinal: 1, action: "dropBefore" });
            fixture.proxy.arm({ ordinal: 2, action: "dropAfter" });
            await assert.rejects(kubernetes(`${SECRETS}/one`, "DELETE"), RESET);
            await assert.rejects(kubernetes(`${SECRETS}/two`, "DELETE"), RESET);
            assert.deepEqual(
                fixture.kubernetes.received.map((r) => r.url),
                [`${SECRETS}/two`],
            );
        });

        it("with an ordinal and `times`, hits the repetitions of that write and no other", async () => {
            fixture.proxy.arm({ ordinal: 1, action: "throttle", times: 2 });
            const statuses: number[] = [];
            for (const name of ["one", "two", "one", "one"]) {
                statuses.push((await kubernetes(`${SECRETS}/${name}`, "DELETE")).status);
            }
            assert.deepEqual(statuses, [429, 200, 429, 200]);
        });

        it("tells the test when onHit or match failed", async () => {
            fixture.proxy.arm({
                ordinal: 1,
                action: "killBefore",
                onHit: () => Promise.reject(new Error("no such pid")),
            });
            await assert.rejects(kubernetes(`${SECRETS}/one`, "DELETE"), RESET);
            assert.throws(() => fixture.proxy.disarm(), /no such pid/);
        });
    });

    describe("answers and silence", () => {
        it("throttles Kubernetes with a Status and Retry-After, and forwards nothing", async () => {
            fixture.proxy.arm({ action: "throttle" });
            const answer = await kubernetes(`${SECRETS}/one`, "PATCH", "{}");
            assert.equal(answer.status, 429);
            assert.equal(answer.headers["retry-after"], "1");
            assert.equal(JSON.parse(answer.body.toString()).reason, "TooManyRequests");
            assert.deepEqual(fixture.kubernetes.received, []);
        });

        it("reaches reads and lease renewals only when asked to", async () => {
            fixture.proxy.arm({ action: "serverError", effect: "read", times: 1 });
            fixture.proxy.arm({ action: "serverError", effect: "leaseRenewal", times: 1 });
            assert.equal((await kubernetes(`${SECRETS}/one`, "DELETE")).status, 200);
            assert.equal((await kubernetes(SECRETS)).status, 500);
            const lease = "/apis/coordination.k8s.io/v1/namespaces/a/leases/l";
            assert.equal((await kubernetes(lease, "PUT", "{}")).status, 500);
        });

        it("hangs until disarmed, and then the connection breaks", async () => {
            fixture.proxy.arm({ ordinal: 1, action: "hang" });
            let settled = false;
            const hanging = assert.rejects(kubernetes(`${SECRETS}/one`, "DELETE"), RESET).then(() => {
                settled = true;
            });
            await pause(200);
            assert.equal(settled, false);
            fixture.proxy.disarm();
            await hanging;
            assert.deepEqual(fixture.kubernetes.received, []);
        });

        it("delays, and then forwards", async () => {
            fixture.proxy.arm({ ordinal: 1, action: "delay", milliseconds: 300 });
            const start = Date.now();
            assert.equal((await kubernetes(`${SECRETS}/one`, "DELETE")).status, 200);
            assert.ok(Date.now() - start >= 290);
        });
    });

    describe("outages", () => {
        it("refuses connections for a while and comes back on the same port", async () => {
            const outage = await fixture.proxy.outage("kubernetes", 300);
            await assert.rejects(kubernetes(SECRETS), { code: "ECONNREFUSED" });
            assert.equal((await aws("/clusters")).status, 200);
            await outage.over;
            assert.equal((await kubernetes(SECRETS)).status, 200);
            const second = await fixture.proxy.outage("aws");
            await assert.rejects(aws("/clusters"), { code: "ECONNREFUSED" });
            await second.end();
            await second.end();
            assert.equal((await aws("/clusters")).status, 200);
        });

        it("shows a stopped API server as a broken connection, and works when it is back", async () => {
            const port = Number(new URL(fixture.kubernetes.url).port);
            assert.equal((await kubernetes(SECRETS)).status, 200);
            await stopUpstream(fixture.kubernetes);
            await assert.rejects(kubernetes(SECRETS), RESET);
            await new Promise<void>((resolve) =>
                fixture.kubernetes.server.listen(port, "127.0.0.1", () => resolve()),
            );
            assert.equal((await kubernetes(SECRETS)).status, 200);
        });
    });
});

describe("fault proxy: streams", () => {
    it("hands on every event of a watch at once, and tells the server when the client goes", async () => {
        let events: http.ServerResponse | undefined;
        let gone = false;
        const fixture = await startFixture((request, response) => {
            response.writeHead(200, { "content-type": "application/json" });
            response.flushHeaders();
            events = response;
            request.socket.on("close", () => {
                gone = true;
            });
        });
        const url = `${fixture.proxy.kubernetesUrl}/api/v1/pods?watch=true`;
        const lines: string[] = [];
        const watch = https.get(url, { ca: fixture.ca, agent: false });
        watch.on("error", () => undefined);
        const stream = await new Promise<http.IncomingMessage>((resolve) => watch.on("response", resolve));
        stream.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
        stream.on("error", () => undefined);
        for (const name of ["a", "b"]) {
            events?.write(`${name}\n`);
            await pause(100);
        }
        assert.deepEqual(lines, ["a\n", "b\n"]);
        watch.destroy();
        await pause(100);
        assert.equal(gone, true);
        await fixture.stop();
    });

    it("closes at once although requests hang and watches are open", async () => {
        const fixture = await startFixture((_request, response) => {
            response.writeHead(200);
            response.flushHeaders();
        });
        fixture.proxy.arm({ action: "hang" });
        const hanging = call(fixture, `${fixture.proxy.awsUrl}/clusters`, { method: "POST" });
        const watching = call(fixture, `${fixture.proxy.kubernetesUrl}/api/v1/pods?watch=1`);
        const both = Promise.allSettled([hanging, watching]);
        await pause(100);
        const start = Date.now();
        await fixture.stop();
        assert.deepEqual(
            (await both).map((result) => result.status),
            ["rejected", "rejected"],
        );
        assert.ok(Date.now() - start < 1000);
    });
});
