// A listener in, an HTTPS server on loopback and our client of it out. Answers nothing by itself.
import type { RequestListener } from "node:http";
import { Agent, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type ApiLimits, KubernetesApi } from "../../provider/adapters/kubernetes/api";
import { openGate } from "../../provider/adapters/locklessGates";
import { makeCertificate } from "../../sandbox/kubernetes/makeCertificate";

export interface ApiOnLoopback {
    readonly api: KubernetesApi;
    close(): void;
}

/** `sleep` is asked instead of waiting between two tries. */
export async function apiOnLoopback(
    answer: RequestListener,
    sleep: (ms: number) => Promise<void>,
    limits?: ApiLimits,
): Promise<ApiOnLoopback> {
    const { certificate: cert, key } = await makeCertificate({ commonName: "127.0.0.1" });
    const server = createServer({ cert, key }, answer);
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const credentials = async () => ({
        server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
        tls: { rejectUnauthorized: false },
        headers: {},
        agent: new Agent(),
    });
    return {
        api: new KubernetesApi({ credentials }, sleep, openGate, limits),
        close: () => {
            server.closeAllConnections();
            server.close();
        },
    };
}
