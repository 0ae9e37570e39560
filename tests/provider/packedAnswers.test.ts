// Long answers of the API server come compressed: read as they are, asked again where they break off, and never half of one taken for all.
import assert from "node:assert/strict";
import { Agent, createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { openGate } from "../../provider/adapters/gates";
import { KubernetesApi } from "../../provider/adapters/kubernetes/api";
import { makeCertificate } from "../../sandbox/kubernetes/certificates";

const items = Array.from({ length: 1_000 }, (_, index) => ({
    metadata: { name: `pod-${index}`, labels: { app: "web", "pod-template-hash": "7d4b9c" } },
}));
const whole = gzipSync(JSON.stringify({ items }));

describe("a compressed answer of the API server", function () {
    this.timeout(30_000);
    let server: Server;
    let api: KubernetesApi;
    /** What is sent of each answer. */
    let answers: Buffer[] = [];
    let asked: (string | undefined)[] = [];

    before(async () => {
        const { certificate: cert, key } = await makeCertificate({ commonName: "127.0.0.1" });
        server = createServer({ cert, key }, ({ headers }, response) => {
            asked.push(headers["accept-encoding"]?.toString());
            const answer = answers.shift() ?? whole;
            response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
            response.end(answer);
        });
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
        const credentials = async () => ({
            server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
            tls: { rejectUnauthorized: false },
            headers: {},
            agent: new Agent(),
        });
        api = new KubernetesApi({ credentials }, async () => undefined, openGate);
    });
    after(() => {
        server.closeAllConnections();
        server.close();
    });
    beforeEach(() => {
        asked = [];
    });

    it("is asked for, and read whole", async () => {
        const { body } = await api.call({ method: "GET", path: "/api/v1/pods" });
        assert.deepEqual(body, { items });
        assert.deepEqual(asked, ["gzip"]);
        assert.ok(whole.length * 10 < JSON.stringify({ items }).length);
    });

    it("that breaks off is asked for again", async () => {
        answers = [whole.subarray(0, whole.length / 2), Buffer.from("no gzip")];
        const { body } = await api.call({ method: "GET", path: "/api/v1/pods" });
        assert.deepEqual(body, { items });
        assert.equal(asked.length, 3);
    });

    it("that always breaks off is an error, never an empty list", async () => {
        answers = Array(20).fill(whole.subarray(0, whole.length / 2));
        await assert.rejects(api.call({ method: "GET", path: "/api/v1/pods" }), /unexpected end of file/);
    });
});
