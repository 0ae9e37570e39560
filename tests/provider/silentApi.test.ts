// An API server that takes the connection and never answers, or never ends its answer: every question ends in time, and says who was silent.
import assert from "node:assert/strict";
import type { RequestListener } from "node:http";
import { ErrorCode, type MigrationError } from "../../common/errors";
import { FIRST_CONTACT } from "../../provider/adapters/kubernetes/api";
import { ApiDiscovery } from "../../provider/adapters/kubernetes/apiDiscovery";
import { explained } from "../../provider/adapters/openCluster";
import { type ApiOnLoopback, apiOnLoopback } from "./apiOnLoopback";

const NAMES_IT = /no answer from 127\.0\.0\.1:\d+ within 0\.1 s/;

describe("an API server that is silent", () => {
    let loopback: ApiOnLoopback;
    let asked = 0;
    const begin = async (answer: RequestListener) => {
        asked = 0;
        const counted: RequestListener = (request, response) => {
            asked += 1;
            answer(request, response);
        };
        const limits = { ...FIRST_CONTACT, timeoutMs: 100 };
        loopback = await apiOnLoopback(counted, async () => undefined, limits);
    };
    afterEach(() => loopback.close());

    it("ends the first question after two waits, and is named with what to do", async () => {
        await begin(() => undefined);
        await assert.rejects(loopback.api.call({ method: "GET", path: "/version" }), NAMES_IT);
        assert.equal(asked, 2);
        const discovery = new ApiDiscovery(loopback.api);
        await assert.rejects(
            explained({ clusterName: "demo" }, "the API server", () => discovery.all()),
            ({ code, message }: MigrationError) => {
                assert.equal(code, ErrorCode.ClusterUnreachable);
                assert.match(message, /cannot reach the API server for cluster demo/);
                assert.match(message, NAMES_IT);
                assert.match(message, /check the network/);
                return true;
            },
        );
    });

    it("that begins an answer and never ends it is silent too", async () => {
        await begin((_, response) => void response.write('{"items": ['));
        await assert.rejects(loopback.api.call({ method: "GET", path: "/api" }), NAMES_IT);
        assert.equal(asked, 2);
    });

    it("a moment is waited for as ever", async () => {
        await begin((_, response) => {
            if (asked <= 1) return;
            response.end('{"major": "1"}');
        });
        const { body } = await loopback.api.call({ method: "GET", path: "/version" });
        assert.deepEqual(body, { major: "1" });
    });
});
