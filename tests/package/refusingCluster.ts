// A cluster of which EKS knows, and whose API server refuses everybody: as far as a process gets that has loaded all that reaches the two.
import { createServer as createPlainServer, type RequestListener, type Server } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { makeCertificate } from "../../sandbox/kubernetes/makeCertificate";

const NAME = "demo";
const FORBIDDEN = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "Forbidden", code: 403 };

export interface RefusingCluster {
    /** Arguments of a move, as a literal of JavaScript. */
    readonly args: string;
    stop(): void;
}

export async function refusingCluster(): Promise<RefusingCluster> {
    const { certificate: cert, key } = await makeCertificate({
        commonName: "127.0.0.1",
        ipAddresses: ["127.0.0.1"],
    });
    const answer =
        (status: number, body: object): RequestListener =>
        (_asked, response) =>
            response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const api = createServer({ cert, key }, answer(403, FORBIDDEN)) as unknown as Server;
    const cluster = {
        name: NAME,
        arn: `arn:aws:eks:us-west-2:111122223333:cluster/${NAME}`,
        status: "ACTIVE",
        version: "1.33",
        endpoint: `https://127.0.0.1:${await listen(api)}`,
        certificateAuthority: { data: Buffer.from(cert).toString("base64") },
    };
    const aws = createPlainServer(answer(200, { cluster }));
    const address = `http://127.0.0.1:${await listen(aws)}`;
    const access = {
        keys: { accessKeyId: "AKIAEXAMPLE", secretAccessKey: "example" },
        endpoints: { eks: address, sts: address },
    };
    return {
        args: JSON.stringify({ clusterName: NAME, region: "us-west-2", access }),
        stop: () => {
            for (const server of [api, aws]) {
                server.closeAllConnections();
                server.close();
            }
        },
    };
}

async function listen(server: Server): Promise<number> {
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return (server.address() as AddressInfo).port;
}
