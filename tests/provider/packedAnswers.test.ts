// Long answers of the API server come compressed: read as they are, asked again where they break off, and never half of one taken for all.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { KubernetesApi } from "../../provider/adapters/kubernetes/api";
import { type ApiOnLoopback, apiOnLoopback } from "./apiOnLoopback";

const items = Array.from({ length: 1_000 }, (_, index) => ({
    metadata: { name: `pod-${index}`, labels: { app: "web", "pod-template-hash": "7d4b9c" } },
}));
const whole = gzipSync(JSON.stringify({ items }));

describe("a compressed answer of the API server", function () {
    this.timeout(30_000);
    let loopback: ApiOnLoopback;
    let api: KubernetesApi;
    /** What is sent of each answer. */
    let answers: Buffer[] = [];
    let asked: (string | undefined)[] = [];

    before(async () => {
        loopback = await apiOnLoopback(
            ({ headers }, response) => {
                asked.push(headers["accept-encoding"]?.toString());
                const answer = answers.shift() ?? whole;
                response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
                response.end(answer);
            },
            async () => undefined,
        );
        api = loopback.api;
    });
    after(() => loopback?.close());
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
