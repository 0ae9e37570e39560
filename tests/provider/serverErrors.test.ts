// An API server that fails for a moment (etcd elects a leader, a load balancer loses its target) is asked again, whatever its word for that is; what it refuses is final.
import assert from "node:assert/strict";
import type { KubernetesApi } from "../../provider/adapters/kubernetes/api";
import { type ApiOnLoopback, apiOnLoopback } from "./apiOnLoopback";

describe("an error of the API server", function () {
    this.timeout(30_000);
    let loopback: ApiOnLoopback;
    let api: KubernetesApi;
    let answers: number[];
    let waits: number[];
    let asked: number;

    before(async () => {
        loopback = await apiOnLoopback(
            (_, response) => {
                asked += 1;
                response
                    .writeHead(answers.shift() ?? 200, { "content-type": "application/json" })
                    .end('{"items":[]}');
            },
            async (ms) => void waits.push(ms),
        );
        api = loopback.api;
    });
    after(() => loopback?.close());
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
