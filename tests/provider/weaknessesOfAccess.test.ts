// Which cluster is reached, and what is left on the user's machine: what AWS's script (helm_to_addon.sh) gets wrong, each case handled. The real adapters, against a stand-in for the EKS API on this machine. The W numbers are the list in docs/weaknesses.md.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kubeconfigAccess } from "../../provider/adapters/kubernetes/clusterAccess";
import { openGate } from "../../provider/adapters/locklessGates";
import { connect } from "../../provider/connection/connect";
import { SILENT } from "../../provider/installation/discoverWith";
import { startOf } from "./memory/expectations";
import { MemoryStack } from "./memoryStack";

const { world, snapshot } = startOf();
/** What a process of the user's may find instead of its own. */
const VARIABLES = [
    "HOME",
    "KUBECONFIG",
    "TMPDIR",
    "AWS_ENDPOINT_URL",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
];

describe("the cluster that is reached, and the files of the user", () => {
    let folder: string;
    let former: [string, string | undefined][];
    let kubeconfig: string;
    let bytes: Buffer;
    const servers: Server[] = [];
    /** How often somebody came, by server. */
    const visits = { currentContext: 0, wanted: 0 };

    before(async () => {
        former = VARIABLES.map((name) => [name, process.env[name]]);
        folder = mkdtempSync(join(tmpdir(), "weaknesses-"));
        const current = await listen(createTcpServer((socket) => visit("currentContext", socket)));
        const wanted = await listen(createTcpServer((socket) => visit("wanted", socket)));
        const eks = await listen(
            createServer((request, response) => describeCluster(request, response, wanted)),
        );
        mkdirSync(join(folder, ".kube"));
        mkdirSync(join(folder, "tmp"));
        kubeconfig = join(folder, ".kube", "config");
        bytes = Buffer.from(kubeconfigOf(current, wanted));
        writeFileSync(kubeconfig, bytes);
        Object.assign(process.env, {
            HOME: folder,
            TMPDIR: join(folder, "tmp"),
            AWS_ENDPOINT_URL: `http://127.0.0.1:${eks}`,
            AWS_ACCESS_KEY_ID: "test",
            AWS_SECRET_ACCESS_KEY: "test",
        });
        delete process.env.KUBECONFIG;
    });

    after(() => {
        for (const server of servers) server.close();
        for (const [name, value] of former) {
            if (value === undefined) delete process.env[name];
            else process.env[name] = value;
        }
        rmSync(folder, { recursive: true, force: true });
    });

    function visit(who: keyof typeof visits, socket: { destroy(): void }): void {
        visits[who] += 1;
        socket.destroy();
    }

    async function listen(server: Server): Promise<number> {
        servers.push(server);
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return (server.address() as AddressInfo).port;
    }

    function assertNothingWritten(): void {
        assert.deepEqual(readFileSync(kubeconfig), bytes, "the kubeconfig is as it was");
        assert.deepEqual(
            readdirSync(folder, { recursive: true }).map(String).sort(),
            [".kube", ".kube/config", "tmp"],
            "no file was written, in the home folder or where temporary files go",
        );
    }

    it("W25: the cluster named in the program is asked, whatever the kubeconfig's current context is", async () => {
        const request = { clusterName: "demo", region: "us-west-2" };
        const gate = openGate;
        await assert.rejects(
            connect(request, world.clock, SILENT, gate),
            /cannot reach the API server for cluster demo.*\[HP104\]/s,
        );
        assert.ok(visits.wanted > 0, "the endpoint that EKS names for the cluster was asked");
        assert.equal(visits.currentContext, 0, "the current context was not");
        assertNothingWritten();
    });

    it("W25: a missing cluster name is told before any call", async () => {
        const stack = new MemoryStack(world);
        const { lifecycle, mover } = stack.process();
        const { failures } = await lifecycle.check({}, { region: "us-west-2" }, stack.log);
        assert.deepEqual(failures, [{ property: "clusterName", reason: "is required" }]);
        assert.equal(mover.calls, 0);
    });

    it("W29: using a context of the kubeconfig does not make it the current one", async () => {
        const { server } = await (await kubeconfigAccess(undefined, "demo")).credentials();
        assert.match(server, /#wanted$/);
        assert.match(readFileSync(kubeconfig, "utf8"), /^current-context: shop-production$/m);
        assertNothingWritten();
    });

    it("W29: a move and its undo write no file, in /tmp or elsewhere", async () => {
        world.restore(snapshot);
        const here = process.cwd();
        process.chdir(folder);
        try {
            const stack = new MemoryStack(world);
            assert.equal((await stack.up()).kind, "done");
            assert.equal((await stack.destroy()).kind, "done");
        } finally {
            process.chdir(here);
        }
        assertNothingWritten();
    });
});

function kubeconfigOf(current: number, wanted: number): string {
    return `apiVersion: v1
kind: Config
current-context: shop-production
clusters:
    - { name: shop, cluster: { server: "https://127.0.0.1:${current}#current" } }
    - { name: demo, cluster: { server: "https://127.0.0.1:${wanted}#wanted" } }
contexts:
    - { name: shop-production, context: { cluster: shop, user: me } }
    - { name: demo, context: { cluster: demo, user: me } }
users:
    - { name: me, user: { token: t } }
`;
}

/** As much of the EKS API as a connection asks for. */
function describeCluster({ url = "" }: IncomingMessage, response: ServerResponse, port: number): void {
    const name = url.split("/").pop();
    response.setHeader("content-type", "application/json");
    response.end(
        JSON.stringify({
            cluster: {
                name,
                arn: `arn:aws:eks:us-west-2:123456789012:cluster/${name}`,
                endpoint: `https://127.0.0.1:${port}`,
                certificateAuthority: { data: "" },
                version: "1.34",
            },
        }),
    );
}
