// The component's own resources without AWS: settings against a schema, sticky owner, what to do about failures.
import assert from "node:assert/strict";
import { findSettingErrors } from "../../provider/resources/addonSettings";
import { reportControllers } from "../../provider/resources/controllers";
import { unknownSentinel as unknown } from "../../provider/resources/dynamicResults";
import { inferenceCluster } from "../../provider/resources/healthProvider";
import { findModels } from "../../provider/resources/models";
import { findAbsent } from "../../provider/resources/presence";
import { remedyFor } from "../../provider/resources/remedies";

const schema = {
    $schema: "http://json-schema.org/draft-06/schema#",
    type: "object",
    additionalProperties: false,
    required: ["executionRoleArn", "tlsCertificateS3Bucket"],
    properties: {
        executionRoleArn: { type: "string", pattern: "^arn:" },
        tlsCertificateS3Bucket: { type: "string" },
        replicas: {
            anyOf: [
                { type: "integer", minimum: 1 },
                { type: "string", pattern: "^auto$" },
            ],
        },
        alb: {
            type: "object",
            additionalProperties: false,
            properties: { enabled: { type: "boolean" }, list: { type: "array", items: { type: "string" } } },
        },
    },
};

describe("settings against the add-on's schema", () => {
    const good = { executionRoleArn: "arn:a", tlsCertificateS3Bucket: "b" };

    it("accepts what fits, and what a preview does not know yet", () => {
        assert.deepEqual(findSettingErrors(schema, good), []);
        assert.deepEqual(
            findSettingErrors(schema, {
                executionRoleArn: unknown,
                tlsCertificateS3Bucket: unknown,
                replicas: unknown,
            }),
            [],
        );
        assert.deepEqual(findSettingErrors(schema, { ...good, alb: unknown }), []);
    });

    it("names every problem by its path, beside unknown values too", () => {
        const errors = findSettingErrors(schema, {
            executionRoleArn: unknown,
            alb: { enabled: "yes", lists: [], list: [1, unknown] },
            colour: "red",
        });
        assert.deepEqual(errors.map(({ property }) => property).sort(), [
            "alb.enabled",
            "alb.list[0]",
            "alb.lists",
            "colour",
            "tlsCertificateS3Bucket",
        ]);
        assert.match(
            errors.find(({ property }) => property === "colour")?.reason ?? "",
            /no setting of this version/,
        );
    });

    it("reports a choice of which no branch fits", () => {
        assert.notEqual(findSettingErrors(schema, { ...good, replicas: "many" }).length, 0);
    });
});

describe("the owner", () => {
    const inputs = {
        clusterName: "demo",
        clusterArn: "arn",
        region: "us-west-2",
        givenHyperpodClusterArn: "arn:hp",
        defaultOwner: "p/s/n",
    };

    it("is the default at first, and what was stored later", async () => {
        const first = await inferenceCluster.check({}, inputs);
        assert.equal(first.inputs.owner, "p/s/n");
        const renamed = await inferenceCluster.check(first.inputs, {
            ...inputs,
            defaultOwner: "p/renamed/n",
        });
        assert.equal(renamed.inputs.owner, "p/s/n");
        assert.deepEqual(await inferenceCluster.diff("demo", first.inputs, renamed.inputs), {
            changes: false,
        });
        const given = await inferenceCluster.check(first.inputs, { ...inputs, givenOwner: "mine" });
        assert.equal(given.inputs.owner, "mine");
    });

    it("needs no AWS while the cluster is not known", async () => {
        const { givenHyperpodClusterArn: _, ...rest } = inputs;
        const answer = await inferenceCluster.check({}, { ...rest, clusterArn: unknown });
        assert.deepEqual([answer.failures, answer.inputs.hyperpodClusterArn], [undefined, unknown]);
    });
});

describe("what the cluster says", () => {
    const reader =
        (answers: Record<string, unknown>) =>
        async <T>(path: string) =>
            answers[path] as T | undefined;

    it("controllers are available only when every one of them is, at its latest form", async () => {
        const deployment = (name: string, available: number, observed = 1) => ({
            metadata: { name, generation: 1 },
            spec: { replicas: 2 },
            status: { availableReplicas: available, observedGeneration: observed },
        });
        const of = (...items: unknown[]) =>
            reportControllers(reader({ "/apis/apps/v1/namespaces/n/deployments": { items } }), "n");
        assert.equal((await of()).allAvailable, false, "none is not all");
        assert.equal((await of(deployment("a", 2))).allAvailable, true);
        assert.equal((await of(deployment("a", 2), deployment("b", 1))).allAvailable, false);
        assert.equal((await of(deployment("a", 2, 0))).allAvailable, false);
        assert.deepEqual((await of(deployment("b", 1), deployment("a", 2))).controllers, ["a 2/2", "b 1/2"]);
    });

    it("tells why a pod does not run", async () => {
        const waiting = {
            name: "check-csi-drivers",
            restartCount: 4,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { message: "S3 CSI driver not installed" } },
        };
        const items = [
            {
                metadata: { name: "good" },
                status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
            },
            { metadata: { name: "stuck" }, status: { phase: "Pending", initContainerStatuses: [waiting] } },
            {
                metadata: { name: "homeless" },
                status: {
                    phase: "Pending",
                    conditions: [{ type: "PodScheduled", status: "False", message: "0/1 nodes" }],
                },
            },
        ];
        const { failingPods } = await reportControllers(
            reader({ "/api/v1/namespaces/n/pods": { items } }),
            "n",
        );
        assert.deepEqual(failingPods, [
            "pod homeless has no node: 0/1 nodes",
            "pod stuck, container check-csi-drivers: CrashLoopBackOff, 4 restarts: S3 CSI driver not installed",
        ]);
        assert.match(remedyFor(failingPods, "demo", "addon", "n"), /s3Csi\.mode to Install/);
        assert.match(
            remedyFor(["nobody knows"], "demo", "addon", "n"),
            /aws eks describe-addon --cluster-name demo/,
        );
    });

    it("a dependency that is said to be there must show itself", async () => {
        const there = reader({ "/apis/storage.k8s.io/v1/csidrivers/s3.csi.aws.com": {} });
        assert.deepEqual(await findAbsent(there, ["s3Csi"]), []);
        const [absent] = await findAbsent(there, ["s3Csi", "certManager"]);
        assert.equal(absent?.property, "certManager.mode");
        assert.match(absent?.reason ?? "", /no CustomResourceDefinition certificates\.cert-manager\.io/);
        const away = () => Promise.reject(new Error("no answer"));
        assert.match(
            (await findAbsent(away, ["fsxCsi"]))[0]?.reason ?? "",
            /cannot be checked \(no answer\)\. Set it to Skip/,
        );
    });

    it("models are the operator's custom resources, read at the version that needs no webhook", async () => {
        const crd = (group: string, plural: string, kind: string) => ({
            metadata: { name: plural },
            spec: {
                group,
                names: { plural, kind },
                versions: [
                    { name: "v1alpha1", storage: false },
                    { name: "v1", storage: true },
                ],
            },
        });
        const group = "inference.sagemaker.aws.amazon.com";
        const models = await findModels(
            reader({
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions": {
                    items: [crd(group, "jumpstartmodels", "JumpStartModel"), crd("other", "things", "Thing")],
                },
                [`/apis/${group}/v1/jumpstartmodels`]: {
                    items: [{ metadata: { name: "m", namespace: "a" } }],
                },
                "/apis/other/v1/things": { items: [{ metadata: { name: "not-ours" } }] },
            }),
        );
        assert.deepEqual(models, ["JumpStartModel a/m"]);
    });
});
