// Servers of pods, without a cluster: how they hang up when their pod ends or fails, and who hands out metric values.
import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, request } from "node:https";
import { type AddressInfo, createServer, type Server } from "node:net";
import { PassThrough } from "node:stream";
import { createSecureContext } from "node:tls";
import { runsImage } from "../../sandbox/kubernetes/images";
import type { FakeKubelet } from "../../sandbox/kubernetes/kubelets";
import { makeCertificate } from "../../sandbox/kubernetes/makeCertificate";
import { MetricValues } from "../../sandbox/kubernetes/metricValues";
import type { Pod } from "../../sandbox/kubernetes/objectTypes";
import type { PodCertificates } from "../../sandbox/kubernetes/podCertificates";
import { PodServers } from "../../sandbox/kubernetes/podServers";
import { image } from "./kubernetesObjects";

const ADAPTER = 6443;
const VALUES = "/apis/external.metrics.k8s.io/v1beta1/namespaces/default/s0-queue";
const OPERATOR_NAME = "keda-operator.keda.svc";
const SLICE = { metadata: { name: "slice" }, endpoints: [{ addresses: ["10.244.0.10"] }] };
const pod = (name: string, uses: string, podIP: string): Pod => ({
    metadata: { name, namespace: "keda", uid: name },
    spec: { containers: [{ name: "main", image: image(uses) }] },
    status: { podIP },
});

describe("servers of pods", () => {
    let ready: Pod[];
    let ending: Set<string>;
    let leads: boolean;
    let slices: object[];
    let named = [OPERATOR_NAME];
    let servers: PodServers;
    let listening: Server;
    let agent: Agent;

    beforeEach(async () => {
        ready = [
            pod("adapter", "keda-metrics-apiserver", "10.244.0.9"),
            pod("operator", "keda-operator", "10.244.0.10"),
        ];
        slices = [SLICE];
        ending = new Set();
        leads = true;
        const pair = await makeCertificate({ commonName: "adapter" });
        const context = createSecureContext({ cert: pair.certificate, key: pair.key });
        const kubelet = {
            readyPods: (uses?: string) => ready.filter((one) => uses === undefined || runsImage(one, uses)),
            isEnding: (uid: string) => ending.has(uid),
        } as FakeKubelet;
        const certificates = { contextFor: () => Promise.resolve(context) } as unknown as PodCertificates;
        const operator = await makeCertificate({ commonName: "operator", dnsNames: named });
        const values = new MetricValues({
            client: { call: async () => ({ items: slices }) as never },
            leaders: () => (leads ? kubelet.readyPods("keda-operator") : []),
            presented: () => operator.certificate,
            patienceMs: 600,
        });
        servers = new PodServers(kubelet, certificates, { acts: () => leads }, values, assert.fail);
        listening = createServer((socket) => {
            void servers
                .connect("10.244.0.9", ADAPTER, socket, () => undefined)
                .then((isThere) => {
                    if (!isThere) socket.destroy();
                });
        });
        listening.listen(0, "127.0.0.1");
        await once(listening, "listening");
        agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    });
    afterEach(() => {
        agent.destroy();
        servers.close();
        listening.close();
    });

    const get = async (path: string): Promise<number> => {
        const { port } = listening.address() as AddressInfo;
        const asking = request({ host: "127.0.0.1", port, path, agent });
        asking.end();
        const [response] = await once(asking, "response");
        response.resume();
        await once(response, "end");
        return response.statusCode;
    };
    const idle = () => Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? []);

    it("hang up on idle callers when their pod is told to end, and are not asked again", async () => {
        assert.equal(await get(VALUES), 200);
        const [socket] = idle();
        assert.ok(socket);
        const ended = once(socket, "close");
        ending.add("adapter");
        ready = [];
        servers.dropUnready();
        await ended;
        assert.equal(socket.errored, null, "closed in good order");
        await assert.rejects(get(VALUES));
    });

    it("keep a connection while their pod is Ready", async () => {
        await get(VALUES);
        const [socket] = idle();
        servers.dropUnready();
        await get(VALUES);
        assert.deepEqual(idle(), [socket]);
    });

    it("of KEDA's adapter hand out values only while an operator leads behind its Service", async () => {
        assert.equal(await get(VALUES), 200);
        leads = false;
        assert.equal(await get(VALUES), 500);
        assert.equal(await get("/apis/external.metrics.k8s.io/v1beta1"), 200, "discovery is answered");
        leads = true;
        slices = [];
        assert.equal(await get(VALUES), 500, "a leader elsewhere is none here");
    });

    it("of KEDA's adapter wait for a leader", async () => {
        leads = false;
        const asked = Date.now();
        setTimeout(() => {
            leads = true;
        }, 300);
        assert.equal(await get(VALUES), 200);
        assert.ok(Date.now() - asked >= 250);
    });

    describe("of an operator that presents another name", () => {
        before(() => {
            named = ["keda-operator.other.svc"];
        });
        after(() => {
            named = [OPERATOR_NAME];
        });

        it("hand out no value", async () => {
            assert.equal(await get(VALUES), 500);
        });
    });

    it("of KEDA's operator listen on the leader alone", async () => {
        const isThere = () => servers.connect("10.244.0.10", 9666, new PassThrough(), () => undefined);
        assert.equal(await isThere(), true);
        leads = false;
        assert.equal(await isThere(), false);
    });
});
