// The component's own resources without AWS: settings against a schema, sticky owner, what to do about failures.
import assert from "node:assert/strict";
import { UNKNOWN as unknown } from "../../common/unknownValue";
import { KubernetesWorkloads } from "../../provider/adapters/kubernetes/workloads";
import type { KubernetesObject, Objects } from "../../provider/ports/world";
import { systemClock } from "../../provider/process/systemClock";
import { findAbsent } from "../../provider/resources/absentDependencies";
import { reportControllers } from "../../provider/resources/availableControllers";
import { findModels } from "../../provider/resources/findModels";
import { inferenceCluster } from "../../provider/resources/healthProvider";
import { remedyFor } from "../../provider/resources/remediesOfIssues";
import { settingProblems } from "../../provider/settings/validateSettings";

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
        assert.deepEqual(settingProblems(schema, good), []);
        assert.deepEqual(
            settingProblems(schema, {
                executionRoleArn: unknown,
                tlsCertificateS3Bucket: unknown,
                replicas: unknown,
            }),
            [],
        );
        assert.deepEqual(settingProblems(schema, { ...good, alb: unknown }), []);
    });

    it("names every problem by its path, beside unknown values too", () => {
        const errors = settingProblems(schema, {
            executionRoleArn: unknown,
            alb: { enabled: "yes", lists: [], list: [1, unknown] },
            colour: "red",
        });
        assert.deepEqual(errors.map(({ path }) => path).sort(), [
            "alb.enabled",
            "alb.list[0]",
            "alb.lists",
            "colour",
            "tlsCertificateS3Bucket",
        ]);
        assert.match(
            errors.find(({ path }) => path === "colour")?.reason ?? "",
            /no setting of this version/,
        );
    });

    it("reports a choice of which no branch fits", () => {
        assert.notEqual(settingProblems(schema, { ...good, replicas: "many" }).length, 0);
    });
});

describe("the owner", () => {
    const inputs = {
        clusterName: "demo",
        clusterArn: "arn",
        region: "us-west-2",
        hyperpodClusterArn: "arn:hp",
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
        assert.deepEqual(
            await inferenceCluster.diff("demo", { ...first.inputs, __provider: "stub" }, renamed.inputs),
            { changes: false },
        );
        assert.deepEqual(
            await inferenceCluster.diff("demo", first.inputs, renamed.inputs),
            { changes: true },
            "a state without code is written anew",
        );
        const given = await inferenceCluster.check(first.inputs, { ...inputs, givenOwner: "mine" });
        assert.equal(given.inputs.owner, "mine");
    });

    it("needs no AWS while the cluster is not known", async () => {
        const { hyperpodClusterArn: _, ...rest } = inputs;
        const answer = await inferenceCluster.check({}, { ...rest, clusterArn: unknown });
        assert.deepEqual([answer.failures, answer.inputs.hyperpodClusterArn], [undefined, unknown]);
    });
});

/** Just enough of a cluster to be read. */
function cluster(...content: KubernetesObject[]) {
    const isIn = (apiVersion: string, kind: string) => (one: KubernetesObject) =>
        one.apiVersion === apiVersion && one.kind === kind;
    const objects = {
        list: async (apiVersion: string, kind: string) => content.filter(isIn(apiVersion, kind)),
        read: async ({ apiVersion, kind, name }) =>
            content.filter(isIn(apiVersion, kind)).find(({ metadata }) => metadata.name === name),
        serves: async () => true,
    } satisfies Partial<Objects>;
    return { objects, workloads: new KubernetesWorkloads(objects as unknown as Objects, systemClock) };
}

const object = (apiVersion: string, kind: string, name: string, rest: object = {}, namespace?: string) =>
    ({
        apiVersion,
        kind,
        metadata: { name, generation: 1, ...(namespace ? { namespace } : {}) },
        ...rest,
    }) as KubernetesObject;

describe("what the cluster says", () => {
    it("controllers are available only when every one of them is, at its latest form", async () => {
        const deployment = (name: string, available: number, observed = 1) =>
            object("apps/v1", "Deployment", name, {
                spec: { replicas: 2 },
                status: { availableReplicas: available, updatedReplicas: 2, observedGeneration: observed },
            });
        const of = (...items: KubernetesObject[]) => reportControllers(cluster(...items), "n");
        assert.equal((await of()).allAvailable, false, "none is not all");
        assert.equal((await of(deployment("a", 2))).allAvailable, true);
        assert.equal((await of(deployment("a", 2), deployment("b", 1))).allAvailable, false);
        assert.equal((await of(deployment("a", 2, 0))).allAvailable, false);
        assert.deepEqual((await of(deployment("b", 1), deployment("a", 2))).controllers, ["a 2/2", "b 1/2"]);
    });

    it("tells why a pod does not run", async () => {
        const pod = (name: string, status: object) => object("v1", "Pod", name, { status });
        const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
        const waiting = {
            name: "check-csi-drivers",
            restartCount: 4,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { message: "S3 CSI driver not installed" } },
        };
        const behind = { name: "manager", state: { waiting: { reason: "PodInitializing" } } };
        const unscheduled = [{ type: "PodScheduled", status: "False", message: "0/1 nodes" }];
        const { failingPods } = await reportControllers(
            cluster(
                pod("good", ready),
                pod("done", { phase: "Succeeded" }),
                pod("stuck", {
                    phase: "Pending",
                    initContainerStatuses: [waiting],
                    containerStatuses: [behind],
                }),
                pod("homeless", { phase: "Pending", conditions: unscheduled }),
                pod("new", {}),
            ),
            "n",
        );
        assert.deepEqual(failingPods, [
            "pod n/homeless: has no node: 0/1 nodes",
            "pod n/new: is Pending",
            "pod n/stuck: container check-csi-drivers: CrashLoopBackOff, 4 restarts: S3 CSI driver not installed",
        ]);
        assert.match(remedyFor(failingPods, "demo", "addon", "n"), /s3Csi\.mode to Install/);
        assert.match(
            remedyFor(["nobody knows"], "demo", "addon", "n"),
            /aws eks describe-addon --cluster-name demo/,
        );
    });

    it("a dependency that is said to be there must show itself", async () => {
        const { objects } = cluster(object("storage.k8s.io/v1", "CSIDriver", "s3.csi.aws.com"));
        assert.deepEqual(await findAbsent(objects, ["s3Csi"]), []);
        const [absent] = await findAbsent(objects, ["s3Csi", "certManager"]);
        assert.equal(absent?.property, "certManager.mode");
        assert.match(
            absent?.reason ?? "",
            /no CustomResourceDefinition certificates\.cert-manager\.io \[HP137\]; next: /,
        );
        const away = { read: () => Promise.reject(new Error("no answer")) };
        assert.match(
            (await findAbsent(away, ["fsxCsi"]))[0]?.reason ?? "",
            /cannot be checked \(no answer\) \[HP137\]; next: set it to Skip/,
        );
    });

    const group = "inference.sagemaker.aws.amazon.com";
    const crd = (ofGroup: string, plural: string, kind: string) =>
        object("apiextensions.k8s.io/v1", "CustomResourceDefinition", `${plural}.${ofGroup}`, {
            spec: {
                group: ofGroup,
                names: { plural, kind },
                versions: [
                    { name: "v1alpha1", storage: false, served: true },
                    { name: "v1", storage: true, served: true },
                ],
            },
        });

    it("models are the operator's custom resources, read at the version that needs no webhook", async () => {
        const { objects } = cluster(
            crd(group, "jumpstartmodels", "JumpStartModel"),
            crd("other", "things", "Thing"),
            object(`${group}/v1`, "JumpStartModel", "m", {}, "a"),
            object(`${group}/v1alpha1`, "JumpStartModel", "through-the-webhook", {}, "a"),
            object("other/v1", "Thing", "not-ours"),
        );
        assert.deepEqual(await findModels(objects), ["JumpStartModel a/m"]);
    });

    it("models that cannot be listed are not no models", async () => {
        const { objects } = cluster(crd(group, "jumpstartmodels", "JumpStartModel"));
        await assert.rejects(
            findModels({ ...objects, serves: async () => false }),
            /does not serve JumpStartModel of inference\.sagemaker\.aws\.amazon\.com\/v1/,
        );
        await assert.rejects(
            findModels({
                ...objects,
                list: (apiVersion, kind) =>
                    apiVersion.startsWith(group)
                        ? Promise.reject(new Error("etcd is away"))
                        : objects.list(apiVersion, kind),
            }),
            /etcd is away/,
        );
    });
});
