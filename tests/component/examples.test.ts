// Every example as a program in a preview: it registers what its first line promises, also where outputs are not known yet.
import assert from "node:assert/strict";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { buildPackage } from "./builtPackage";
import { type MockAccount, run } from "./mocks";

const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const given: Record<string, string> = {
    clusterName: "demo",
    hyperpodClusterArn: "arn:aws:sagemaker:us-west-2:123456789012:cluster/abcdefghijkl",
    oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/mine",
    executionRoleArn: role("SageMakerHyperPodInference-mine"),
    albRoleArn: role("alb"),
    kedaRoleArn: role("keda"),
    gatedModelRoleArn: role("gated"),
    tlsBucket: "hyperpod-tls-mine",
};

async function preview(example: string): Promise<MockAccount> {
    const config = Object.fromEntries(Object.entries(given).map(([key, value]) => [`project:${key}`, value]));
    return run(
        () => {
            pulumi.runtime.setAllConfig(config);
            const file = path.resolve(__dirname, "../../examples", example, "index.ts");
            delete require.cache[file];
            require(file);
        },
        {},
        true,
    );
}

const count = (mock: MockAccount, type: string) =>
    mock.registered.filter((one) => one.type.endsWith(type)).length;

describe("the examples in a preview", function () {
    this.timeout(300_000);
    before(buildPackage);

    it("quick-start makes everything", async () => {
        const mock = await preview("quick-start");
        assert.equal(count(mock, ":Addon"), 5);
        assert.equal(count(mock, "role:Role"), 6);
    });

    it("bring-your-own makes the add-on only", async () => {
        const mock = await preview("bring-your-own");
        assert.deepEqual(
            mock.registered.filter((one) => one.type.startsWith("aws:")).map((one) => one.type),
            ["aws:eks/addon:Addon"],
        );
    });

    it("private-cluster makes an interface endpoint per service", async () => {
        const mock = await preview("private-cluster");
        assert.equal(count(mock, ":VpcEndpoint"), 10);
        assert.ok(mock.all("aws:iam/role:Role").every(({ inputs }) => inputs.path === "/ml/"));
    });

    it("with-eks-cluster waits for what it does not know yet", async () => {
        const mock = await preview("with-eks-cluster");
        assert.equal(count(mock, "eks:index:Cluster"), 1);
        assert.equal(count(mock, ":Addon"), 5);
        assert.ok(!mock.calls.some(({ token }) => /getCluster|getSubnet|getVpcEndpoint/.test(token)));
        // The add-on can only come after the cluster.
        const addon = mock.only("aws:eks/addon:Addon", "inference-operator");
        assert.ok(
            addon.dependencies.some((dependency) => dependency.startsWith("eks:index:Cluster")),
            String(addon.dependencies),
        );
    });

    it("move-from-helm-with-component moves, with roles of its own", async () => {
        const mock = await preview("move-from-helm-with-component");
        assert.equal(count(mock, ":HelmToAddonMigration"), 1);
        assert.equal(count(mock, ":Addon"), 0);
        assert.equal(count(mock, "role:Role"), 5);
    });

    it("model-after-addon deploys the model after the health check", async () => {
        const mock = await preview("model-after-addon");
        const model = mock.registered.find(({ name }) => name === "model");
        assert.ok(
            model?.dependencies.some((dependency) => dependency.endsWith(":AddonHealth::inference-health")),
            String(model?.dependencies),
        );
    });
});
