// An API server that fails for a moment (etcd elects a leader, a load balancer loses its target) is asked again, whatever its word for that is; what it refuses is final.
import assert from "node:assert/strict";
import { Agent, createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { openGate } from "../../provider/adapters/gates";
import { KubernetesApi } from "../../provider/adapters/kubernetes/api";
import { makeCertificate } from "../../sandbox/kubernetes/certificates";

describe("an error of the API server", function () {
    this.timeout(30_000);
    let server: Server;
    let api: KubernetesApi;
    let answers: number[];
    let waits: number[];
    let asked: number;

    before(async () => {
        const { certificate: cert, key } = await makeCertificate({ commonName: "127.0.0.1" });
        server = createServer({ cert, key }, (_, response) => {
            asked += 1;
            response
                .writeHead(answers.shift() ?? 200, { "content-type": "application/json" })
                .end('{"items":[]}');
        });
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        const credentials = async () => ({
            server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
            tls: { rejectUnauthorized: false },
            headers: {},
            agent: new Agent(),
        });
        api = new KubernetesApi({ credentials }, async (ms) => void waits.push(ms), openGate);
    });
    after(() => {
        server.closeAllConnections();
        server.close();
    });
    beforeEach(() => {
        waits = [];
        asked = 0;
    });

    for (const status of [500, 502, 503, 504, 520, 599, 429])
        it(`${status}, twice: asked again with growing waits, and then answered`, async () => {
            answers = [status, status];
            const { body } = await api.call({ method: "GET", path: "/api/v1/secrets" });
            assert.deepEqual(body, { items: [] });
            assert.deepEqual([asked, waits], [3, [200, 400]]);
        });

    it("that lasts is an error, never an empty answer", async () => {
        answers = Array(20).fill(500);
        await assert.rejects(api.call({ method: "GET", path: "/api/v1/secrets" }), {
            name: "ApiError",
            status: 500,
        });
        assert.equal(asked, 7);
    });

    for (const status of [501, 404, 403, 409])
        it(`${status} is final`, async () => {
            answers = [status];
            await assert.rejects(api.call({ method: "GET", path: "/api/v1/secrets" }), { status });
            assert.deepEqual([asked, waits], [1, []]);
        });
});
