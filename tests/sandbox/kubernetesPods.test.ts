// What the product's tests rely on: pods of the sandbox behave, and show in their status, as on a real node.
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiClient } from "../../sandbox/kubernetes/apiClient";
import type { Pod } from "../../sandbox/kubernetes/objectTypes";
import type { Sandbox } from "../../sandbox/sandbox";
import "../run/sandboxHooks";
import { emptySandbox } from "../run/sharedSandbox";
import {
    adminClient,
    certManagerCrds,
    create,
    eventually,
    image,
    isReady,
    pathOf,
    podsOf,
    podWaiting,
    readyPods,
    workload,
} from "./kubernetesObjects";

describe("sandbox: pods on the fake node", () => {
    let sandbox: Sandbox;
    let client: ApiClient;

    before(async () => {
        sandbox = await emptySandbox();
        client = adminClient(sandbox);
    });
    after(() => client?.close());
    afterEach(() => sandbox.nodes.clearScripts());

    it("starts with one HyperPod-like node Ready and a version that looks like EKS", async () => {
        type Nodes = {
            items: { metadata: { labels: Record<string, string> }; spec: { taints?: unknown } }[];
        };
        const { items } = await client.call<Nodes>({ path: "/api/v1/nodes" });
        assert.equal(items.length, 1);
        assert.equal(items[0]?.spec.taints, undefined);
        assert.equal(items[0]?.metadata.labels["kubernetes.io/arch"], "amd64");
        assert.equal(items[0]?.metadata.labels["sagemaker.amazonaws.com/compute-type"], "hyperpod");
        const version = await client.call<{ gitVersion: string }>({ path: "/version" });
        assert.match(version.gitVersion, /^v1\.36\.3-eks-/);
    });

    it("makes the pods of a Deployment Ready, each with its own address", async () => {
        await create(client, workload("web", "model-server", { replicas: 5 }));
        const pods = await readyPods(client, "web", 5);
        assert.equal(new Set(pods.map((pod) => pod.status?.podIP)).size, 5);
        assert.equal(pods[0]?.status?.containerStatuses?.[0]?.started, true);
    });

    it("lets a pod go soon after its deletion, and counts it out at once", async () => {
        await create(client, workload("leaving", "model-server"));
        const [pod] = await readyPods(client, "leaving");
        await client.call({
            method: "DELETE",
            path: pathOf({ ...workload("leaving", ""), kind: "Deployment" }),
        });
        await eventually(
            "no pod left",
            async () => {
                const pods = await podsOf(client, "leaving");
                return pods.length === 0 ? true : undefined;
            },
            5000,
        );
        assert.ok(pod);
    });

    it("keeps a pod in ContainerCreating until its mounted Secret exists", async () => {
        await create(client, workload("mounts", "model-server", { secret: "late" }));
        const pod = await podWaiting(client, "mounts", "ContainerCreating");
        assert.equal(pod.status?.phase, "Pending");
        assert.equal(pod.status?.podIP, undefined);
        await create(client, {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "late", namespace: "default" },
        });
        await readyPods(client, "mounts");
    });

    it("starts the operator only when CSIDrivers and cert-manager's CRDs exist", async () => {
        await create(client, workload("operator", "hyperpod-inference-operator", { initContainer: true }));
        const pod = await podWaiting(client, "operator", "PodInitializing");
        assert.ok(pod.status?.initContainerStatuses?.[0]?.state.running, "the init container runs");
        const drivers = ["s3.csi.aws.com", "fsx.csi.aws.com"].map((name) => {
            return { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver", metadata: { name }, spec: {} };
        });
        await create(client, ...drivers);
        await sleep(400);
        assert.equal((await podsOf(client, "operator")).filter(isReady).length, 0);
        await create(client, ...certManagerCrds());
        const [ready] = await readyPods(client, "operator");
        assert.equal(ready?.status?.initContainerStatuses?.[0]?.state.terminated?.exitCode, 0);
    });

    it("refuses pods whose ServiceAccount does not exist", async () => {
        await create(client, workload("homeless", "model-server", { serviceAccountName: "nobody" }));
        type Deployment = { status?: { conditions?: { type: string; message: string }[] } };
        const message = await eventually("ReplicaFailure", async () => {
            const found = await client.call<Deployment>({ path: pathOf(workload("homeless", "")) });
            return found.status?.conditions?.find((condition) => condition.type === "ReplicaFailure")
                ?.message;
        });
        assert.match(message, /service ?account "?[^ ]*nobody"? not found/);
    });

    it("ends Job pods as Succeeded and runs DaemonSets", async () => {
        const template = {
            metadata: { labels: { app: "once" } },
            spec: { restartPolicy: "Never", containers: [{ name: "main", image: image("once") }] },
        };
        const job = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "once", namespace: "default" } };
        await create(client, { ...job, spec: { template } } as typeof job);
        await create(client, workload("everywhere", "s3-csi", { kind: "DaemonSet" }));
        await readyPods(client, "everywhere");
        await eventually("the Job to complete", async () => {
            const found = await client.call<{ status?: { succeeded?: number } }>({ path: pathOf(job) });
            return found.status?.succeeded;
        });
        assert.equal((await podsOf(client, "once"))[0]?.status?.phase, "Succeeded");
    });

    it("follows the readiness scripts, and forgets them", async () => {
        sandbox.nodes.script({ image: "model-server", name: "slow" }, { readyAfterMs: 1500 });
        sandbox.nodes.script({ name: "never" }, { never: true });
        sandbox.nodes.script({ name: "crash" }, { crashLoop: true });
        sandbox.nodes.script({ name: "pull", namespace: "default" }, { imagePullBackOff: true });
        const started = Date.now();
        for (const name of ["slow", "never", "crash", "pull"])
            await create(client, workload(name, "model-server"));
        const crashed = await podWaiting(client, "crash", "CrashLoopBackOff");
        assert.ok((crashed.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
        const pulling = await podWaiting(client, "pull", "ImagePullBackOff");
        assert.equal(pulling.status?.phase, "Pending");
        await readyPods(client, "slow");
        assert.ok(Date.now() - started >= 1500, `Ready after ${Date.now() - started} ms`);
        const [never] = await podsOf(client, "never");
        assert.equal(never?.status?.phase, "Running");
        assert.equal(isReady(never as Pod), false);
        sandbox.nodes.clearScripts();
        for (const name of ["never", "crash", "pull"]) await readyPods(client, name);
    });

    it("takes readiness from a running pod when a script says so", async () => {
        await create(client, workload("sick", "model-server"));
        await readyPods(client, "sick");
        sandbox.nodes.script({ name: "sick" }, { never: true });
        await readyPods(client, "sick", 0);
        assert.equal((await podsOf(client, "sick")).length, 1);
    });

    it("keeps an audit log that tells the caller, and can be cleared", async () => {
        await sandbox.clearAudit();
        const own = adminClient(sandbox, "audit-probe");
        await create(own, {
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "seen", namespace: "default" },
        });
        own.close();
        const mine = (await sandbox.auditEvents()).filter((event) => event.userAgent === "audit-probe");
        assert.deepEqual(
            mine.map((event) => [
                event.verb,
                event.objectRef?.resource,
                event.user.username,
                event.responseStatus?.code,
            ]),
            [["create", "configmaps", "kubernetes-admin", 201]],
        );
        await sandbox.clearAudit();
        assert.equal(
            (await sandbox.auditEvents()).filter((event) => event.userAgent === "audit-probe").length,
            0,
        );
    });
});
