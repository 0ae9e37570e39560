/** Comparison, observer and fault proxy on a real API server and the AWS emulator, with the real kubectl. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import { CreateRoleCommand, IAMClient, TagRoleCommand } from "@aws-sdk/client-iam";
import { CreateBucketCommand, PutObjectCommand, PutObjectTaggingCommand, S3Client } from "@aws-sdk/client-s3";
import {
    captureState,
    compareIdentities,
    compareStates,
    describeDifferences,
} from "../../sandbox/compare/index";
import type { Sandbox } from "../../sandbox/sandbox";
import { observeMove } from "../../sandbox/watch/observeMove";
import "../run/sandboxHooks";
import { emptySandbox } from "../run/sharedSandbox";

const run = promisify(execFile);
const TRUST = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "eks.amazonaws.com" } }],
});
const OBJECTS = [
    {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "toys.x.io" },
        spec: {
            group: "x.io",
            scope: "Namespaced",
            names: { plural: "toys", singular: "toy", kind: "Toy", listKind: "ToyList" },
            versions: ["v1", "v1alpha1"].map((name, index) => ({
                name,
                served: true,
                storage: index === 0,
                schema: { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } },
            })),
        },
    },
    {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "keda", namespace: "default" },
        spec: {
            replicas: 2,
            selector: { matchLabels: { app: "keda" } },
            template: {
                metadata: { labels: { app: "keda" } },
                spec: { containers: [{ name: "keda", image: "registry.invalid/hyperpod/keda-operator:2" }] },
            },
        },
    },
    {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "s", namespace: "default" },
        stringData: { password: "hunter2" },
    },
];
const TOY = {
    apiVersion: "x.io/v1",
    kind: "Toy",
    metadata: { name: "t", namespace: "default" },
    colour: "red",
};

describe("comparison, observer and faults on a sandbox", () => {
    let sandbox: Sandbox;
    let iam: IAMClient;
    let s3: S3Client;

    /** The real kubectl, as a user: through the fault proxy. */
    async function kubectl(...args: string[]): Promise<string> {
        const options = { env: { ...sandbox.env, HOME: sandbox.directory }, timeout: 30_000 };
        return (await run(sandbox.tools.kubectl, args, options)).stdout;
    }
    async function apply(object: object): Promise<void> {
        const child = execFile(sandbox.tools.kubectl, ["apply", "-f", "-"], {
            env: sandbox.env,
            timeout: 30_000,
        });
        child.stdin?.end(JSON.stringify(object));
        const code = await new Promise((resolve) => child.on("close", resolve));
        assert.equal(code, 0);
    }

    before(async function () {
        this.timeout(120_000);
        sandbox = await emptySandbox();
        const credentials = { accessKeyId: "test", secretAccessKey: "test" };
        const config = { endpoint: sandbox.aws.endpoint, region: sandbox.region, credentials };
        iam = new IAMClient(config);
        s3 = new S3Client(config);
        await iam.send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: TRUST }));
        const bucket = { LocationConstraint: "us-west-2" } as const;
        await s3.send(new CreateBucketCommand({ Bucket: "toys", CreateBucketConfiguration: bucket }));
        await s3.send(new PutObjectCommand({ Bucket: "toys", Key: "k", Body: "one" }));
        for (const object of OBJECTS) await apply(object);
        await kubectl("wait", "--for=condition=Established", "crd/toys.x.io");
        await apply(TOY);
        await kubectl("rollout", "status", "deployment/keda", "--timeout=20s");
    });
    afterEach(() => sandbox.faults.reset());

    it("finds no difference between two captures, in under 3 s, and keeps no secret", async () => {
        const before = await captureState(sandbox);
        const start = Date.now();
        const after = await captureState(sandbox);
        assert.ok(Date.now() - start < 3000);
        assert.equal(describeDifferences(compareStates(before, after)), "no differences");
        assert.deepEqual(compareIdentities(before, after), []);
        assert.ok(Object.keys(after.kubernetes).length > 100);
        const text = JSON.stringify(after);
        assert.ok(!text.includes("hunter2") && !text.includes(Buffer.from("hunter2").toString("base64")));
    });

    it("finds nothing after new pods, a restart and a scale down and up, and the pods by identity", async () => {
        const before = await captureState(sandbox);
        await kubectl("scale", "deployment/keda", "--replicas=0");
        await kubectl("scale", "deployment/keda", "--replicas=2");
        await kubectl("rollout", "status", "deployment/keda", "--timeout=20s");
        const ignore = (d: { path: string }) => d.path.startsWith("metadata.managedFields");
        let differences = compareStates(before, await captureState(sandbox), { ignore });
        for (let i = 0; i < 20 && differences.length > 0; i++) {
            await pause(250);
            differences = compareStates(before, await captureState(sandbox), { ignore });
        }
        assert.equal(describeDifferences(differences), "no differences");
        const pods = compareIdentities(before, await captureState(sandbox), (key) =>
            key.startsWith("Pod default/"),
        );
        assert.equal(pods.length, 2);
    }).timeout(40_000);

    it("finds each change of cluster and AWS by its path", async () => {
        const before = await captureState(sandbox);
        await kubectl("label", "namespace", "default", "team=a");
        await kubectl("patch", "secret", "s", "--type=merge", "-p", '{"stringData":{"password":"other"}}');
        await kubectl("delete", "toy", "t");
        await apply(TOY);
        await kubectl("create", "configmap", "new");
        await iam.send(new TagRoleCommand({ RoleName: "r", Tags: [{ Key: "k", Value: "v" }] }));
        await s3.send(new PutObjectCommand({ Bucket: "toys", Key: "k", Body: "two" }));
        const Tagging = { TagSet: [{ Key: "k", Value: "v" }] };
        await s3.send(new PutObjectTaggingCommand({ Bucket: "toys", Key: "k", Tagging }));
        const after = await captureState(sandbox);
        const ignore = (d: { path: string }) => d.path.startsWith("metadata.managedFields");
        const found = compareStates(before, after, { ignore }).map((d) => `${d.key}: ${d.path}`);
        assert.deepEqual(found, [
            "ConfigMap default/new: ",
            "Namespace default: metadata.labels.team",
            "Secret default/s: data.password",
            "iam:Role r: Tags",
            "s3:Object toys/k: Content",
            "s3:Object toys/k: Tags",
        ]);
        assert.deepEqual(
            compareIdentities(before, after).map((d) => d.key),
            ["x.io/Toy default/t"],
        );
    }).timeout(30_000);

    it("observes deletions, absences and refused requests, and leaves nothing behind", async () => {
        const before = await captureState(sandbox);
        const observation = await observeMove(sandbox);
        await kubectl("scale", "deployment/keda", "--replicas=0");
        await pause(700);
        await kubectl("delete", "toy", "t");
        await pause(700);
        const report = await observation.stop();
        assert.deepEqual(
            report.deletions.map((d) => `${d.how} ${d.key}`),
            ["gone x.io/Toy default/t"],
        );
        const away = report.away["keda-operator"];
        assert.ok(away?.atEnd && away.seconds > 1 && away.seconds < 10, JSON.stringify(report));
        assert.equal(report.refused["create ingress"]?.seconds, 0);
        for (const version of ["v1", "v1alpha1"]) {
            for (const verb of ["read", "write"]) assert.ok(report.refused[`${verb} toys ${version}`]?.atEnd);
        }
        assert.deepEqual(report.problems, []);
        await apply(TOY);
        await kubectl("scale", "deployment/keda", "--replicas=2");
        await kubectl("rollout", "status", "deployment/keda", "--timeout=20s");
        const ignore = (d: { path: string }) => d.path.startsWith("metadata.managedFields");
        const differences = compareStates(before, await captureState(sandbox), { ignore });
        assert.equal(describeDifferences(differences), "no differences");
    }).timeout(40_000);

    it("lets kubectl through a throttled API server, and kills its write before and after", async () => {
        sandbox.faults.arm({ ordinal: 1, action: "throttle", times: 2 });
        await kubectl("create", "configmap", "throttled");
        const what = sandbox.faults.writes().map((write) => `${write.status} ${write.what}`);
        const create = "create configmaps/default/throttled";
        assert.deepEqual(what, [`429 ${create}`, `429 ${create}`, `201 ${create}`]);

        sandbox.faults.reset();
        sandbox.faults.arm({ ordinal: 1, action: "killBefore" });
        await assert.rejects(kubectl("create", "configmap", "before"));
        sandbox.faults.arm({ match: (w) => w.what.endsWith("/after"), action: "killAfter" });
        await assert.rejects(kubectl("create", "configmap", "after"));
        const names = await kubectl("get", "configmaps", "-o", "name");
        assert.ok(names.includes("configmap/after") && !names.includes("configmap/before"));
    }).timeout(30_000);

    it("shows a restarted API server as an outage, and goes on afterwards", async () => {
        await sandbox.stopApiServer();
        await assert.rejects(kubectl("get", "configmaps", "--request-timeout=3s"));
        await sandbox.startApiServer();
        assert.match(await kubectl("get", "configmaps", "-o", "name"), /configmap\/after/);
    }).timeout(40_000);
});
