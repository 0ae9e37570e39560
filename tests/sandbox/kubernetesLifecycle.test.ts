// What the product's tests rely on: baselines come back exactly, outages pass, sandboxes do not disturb each other and end with their parent.
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { CreateClusterCommand, DescribeClusterCommand, EKSClient } from "@aws-sdk/client-eks";
import type { ApiClient } from "../../sandbox/kubernetes/apiClient";
import type { KubeObject } from "../../sandbox/kubernetes/objectTypes";
import { type Sandbox, startSandbox } from "../../sandbox/sandbox";
import "../run/sandboxHooks";
import { emptySandbox } from "../run/sharedSandbox";
import {
    adminClient,
    create,
    eventually,
    onThisMachine,
    pathOf,
    readyPods,
    workload,
} from "./kubernetesObjects";

const run = promisify(execFile);

/** Every object of every listable kind, with its uid; heartbeats left out, and versions: they only ever grow. */
async function everything(client: ApiClient): Promise<Record<string, KubeObject>> {
    type Resources = { resources: { name: string; verbs: string[] }[] };
    type Groups = { groups: { preferredVersion: { groupVersion: string } }[] };
    const { groups } = await client.call<Groups>({ path: "/apis" });
    const roots = ["/api/v1", ...groups.map((group) => `/apis/${group.preferredVersion.groupVersion}`)];
    const found: Record<string, KubeObject> = {};
    for (const root of roots) {
        const { resources } = await client.call<Resources>({ path: root });
        const listable = resources.filter(({ verbs, name }) => verbs.includes("list") && !name.includes("/"));
        for (const { name } of listable) {
            if (["leases", "events", "componentstatuses"].includes(name)) continue;
            const list = await client.call<{ items: KubeObject[] | null }>({ path: `${root}/${name}` });
            for (const item of list.items ?? []) {
                const { resourceVersion: _, ...metadata } = item.metadata;
                found[`${root}/${name}/${item.metadata.namespace}/${item.metadata.name}`] = {
                    ...item,
                    metadata,
                };
            }
        }
    }
    return found;
}

describe("sandbox: baselines, outages, neighbours", () => {
    let sandbox: Sandbox;
    let client: ApiClient;

    before(async () => {
        sandbox = await emptySandbox();
        client = adminClient(sandbox);
    });
    after(() => client?.close());

    const eks = (): EKSClient => {
        const credentials = { accessKeyId: "AKIASANDBOX000000001", secretAccessKey: "x" };
        return new EKSClient({
            endpoint: sandbox.env.AWS_ENDPOINT_URL ?? "",
            region: sandbox.region,
            credentials,
        });
    };

    it("reports the fault proxy's address and our CA as the EKS cluster, and the user's kubeconfig works", async () => {
        const roleArn = `arn:aws:iam::${sandbox.accountId}:role/eks`;
        await eks().send(new CreateClusterCommand({ name: "demo", roleArn, resourcesVpcConfig: {} }));
        const { cluster } = await eks().send(new DescribeClusterCommand({ name: "demo" }));
        assert.equal(cluster?.endpoint, sandbox.faults.kubernetesUrl);
        assert.match(
            Buffer.from(cluster?.certificateAuthority?.data ?? "", "base64").toString(),
            /BEGIN CERTIFICATE/,
        );
        assert.equal(cluster?.identity?.oidc?.issuer, sandbox.oidcIssuer);
        sandbox.faults.reset();
        const { stdout } = await run("kubectl", ["create", "namespace", "through-the-proxy"], {
            env: sandbox.env,
        });
        assert.match(stdout, /created/);
        assert.equal(sandbox.faults.writes().length, 1);
    });

    it("restores the exact state of cluster and AWS on the same ports within 5 s", async () => {
        await create(client, workload("kept", "model-server", { replicas: 3 }));
        const pods = await readyPods(client, "kept", 3);
        await eventually("Deployment Available", async () => {
            type Deployment = { status?: { availableReplicas?: number } };
            const found = await client.call<Deployment>({ path: pathOf(workload("kept", "")) });
            return found.status?.availableReplicas === 3 ? true : undefined;
        });
        const before = await everything(client);
        const savedAt = Date.now();
        await sandbox.saveBaseline("kept");
        const saveMs = Date.now() - savedAt;
        await client.call({ method: "DELETE", path: pathOf(workload("kept", "")) });
        await create(client, workload("stray", "model-server"));
        await eks().send(
            new CreateClusterCommand({
                name: "stray",
                roleArn: "arn:aws:iam::123456789012:role/x",
                resourcesVpcConfig: {},
            }),
        );
        sandbox.nodes.script({}, { never: true });
        const restoredAt = Date.now();
        await sandbox.restoreBaseline("kept");
        const restoreMs = Date.now() - restoredAt;
        assert.deepEqual(await everything(client), before);
        await assert.rejects(eks().send(new DescribeClusterCommand({ name: "stray" })), {
            name: "ResourceNotFoundException",
        });
        await eks().send(new DescribeClusterCommand({ name: "demo" }));
        assert.ok(
            Math.max(saveMs, restoreMs) < onThisMachine(5000),
            `saved in ${saveMs} ms, restored in ${restoreMs} ms`,
        );
        // The controllers and the node work at once, and no address is given twice.
        const more = workload("more", "model-server", { replicas: 2 });
        await create(client, more);
        const addresses = [...pods, ...(await readyPods(client, "more", 2))].map((pod) => pod.status?.podIP);
        assert.equal(new Set(addresses).size, 5);
    });

    it("does not know a baseline that was never saved", async () => {
        assert.equal(sandbox.hasBaseline("nothing"), false);
        await assert.rejects(sandbox.restoreBaseline("nothing"), /There is no baseline nothing/);
    });

    it("survives an outage of the API server", async () => {
        await sandbox.stopApiServer();
        await assert.rejects(client.call({ path: "/api/v1/nodes" }), /ECONNREFUSED|socket|broke/);
        await sandbox.startApiServer();
        await create(client, workload("after-outage", "model-server", { replicas: 2 }));
        await readyPods(client, "after-outage", 2);
    });

    it("runs beside another sandbox, which starts within 15 s and takes over a shared baseline", async () => {
        const name = `shared-test-${process.pid}`;
        await sandbox.saveBaseline(name, { shared: true });
        const started = Date.now();
        const neighbour = await startSandbox();
        const startMs = Date.now() - started;
        assert.ok(startMs < onThisMachine(15_000), `started in ${startMs} ms`);
        const neighbourClient = adminClient(neighbour);
        try {
            const own = {
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: { name: "only-here", namespace: "default" },
            };
            await create(neighbourClient, own);
            await assert.rejects(client.call({ path: pathOf(own) }), { status: 404 });
            await neighbour.restoreBaseline(name);
            const mine = await everything(client);
            assert.deepEqual(Object.keys(await everything(neighbourClient)), Object.keys(mine));
            await client.call({ path: "/readyz" });
        } finally {
            neighbourClient.close();
            await neighbour.stop();
            rmSync(neighbour.baselineDirectory(name) ?? "", { recursive: true, force: true });
        }
        assert.equal(existsSync(neighbour.directory), false);
    });
});

describe("sandbox: end of life", () => {
    const isAlive = (pid: number): boolean => {
        try {
            process.kill(pid, 0);
            return true;
        } catch {
            return false;
        }
    };

    it("takes all its processes along when its parent is killed, and the next start sweeps its folder", async () => {
        const script = `
            const { startSandbox } = require(${JSON.stringify(join(__dirname, "../../sandbox/sandbox.ts"))});
            startSandbox().then((sandbox) => console.log(JSON.stringify([sandbox.directory, sandbox.processIds()])));`;
        const parent: ChildProcess = spawn(
            process.execPath,
            ["--require", "ts-node/register", "-e", script],
            {
                cwd: join(__dirname, "../.."),
                stdio: ["ignore", "pipe", "inherit"],
            },
        );
        const lines = createInterface({ input: parent.stdout as NodeJS.ReadableStream });
        const line = await new Promise<string>((resolve, reject) => {
            lines.once("line", resolve);
            parent.once("exit", () => reject(new Error("the parent ended early")));
        });
        const [directory, processes] = JSON.parse(line) as [string, Record<string, number>];
        const pids = Object.values(processes);
        assert.equal(pids.length, 5);
        assert.deepEqual(
            pids.map(isAlive),
            pids.map(() => true),
        );
        parent.kill("SIGKILL");
        await eventually("all processes gone", async () => (pids.some(isAlive) ? undefined : true), 5000);
        assert.ok(existsSync(directory));
        await (await startSandbox()).stop();
        assert.equal(existsSync(directory), false);
    });
});
