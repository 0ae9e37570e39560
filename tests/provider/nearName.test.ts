// A cluster that is not there: its near name is suggested, and who may not list clusters is told all the same that it is not there.
import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { nearest } from "../../common/nearest";
import { openGate } from "../../provider/adapters/locklessGates";
import { openCluster } from "../../provider/adapters/openCluster";
import { systemClock } from "../../provider/process/systemClock";

describe("a cluster that is not there", () => {
    let server: Server;
    let list: { status: number; body: object };
    before(async () => {
        server = createServer(({ url = "" }, response) => {
            const isList = new URL(url, "http://aws").pathname === "/clusters";
            const { status, body } = isList ? list : { status: 404, body: { message: "No cluster found" } };
            const type = status === 404 ? "ResourceNotFoundException" : "AccessDeniedException";
            response.writeHead(status, {
                "content-type": "application/json",
                ...(status === 200 ? {} : { "x-amzn-errortype": type }),
            });
            response.end(JSON.stringify(body));
        });
        await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    });
    after(() => {
        server.closeAllConnections();
        server.close();
    });

    const messageFor = async (clusterName: string): Promise<string> => {
        const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const access = {
            keys: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "example" },
            endpoints: { eks: address, sts: address },
        };
        const log = { progress: () => undefined, warn: () => undefined };
        return openCluster({ clusterName, region: "us-west-2", access }, systemClock, log, openGate).then(
            () => assert.fail("was found"),
            (error: Error) => error.message,
        );
    };

    it("is told with the name that was probably meant", async () => {
        list = { status: 200, body: { clusters: ["ml-staging", "ml-prod", "web"] } };
        assert.match(
            await messageFor("ml-prd"),
            /no EKS cluster ml-prd in us-west-2; did you mean ml-prod\? \[HP102\]/,
        );
        assert.match(await messageFor("billing"), /no EKS cluster billing in us-west-2 \[HP102\]/);
    });

    it("is told without one where clusters cannot be listed", async () => {
        list = { status: 403, body: { message: "not authorized to perform: eks:ListClusters" } };
        assert.match(await messageFor("ml-prd"), /no EKS cluster ml-prd in us-west-2 \[HP102\]/);
    });

    it("is near when a third of its letters, or fewer, are others", () => {
        const names = ["ml-prod", "ML-Stage", "inference-eu-west-1"];
        assert.equal(nearest("mlprod", names), "ml-prod");
        assert.equal(nearest("ml-stage", names), "ML-Stage");
        assert.equal(nearest("inference-eu-west-2", names), "inference-eu-west-1");
        assert.equal(nearest("web", names), undefined);
        assert.equal(nearest("demo", []), undefined);
    });
});
