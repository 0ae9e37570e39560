// What the product's tests rely on of the awkward starting states: each is what its name says, with the release deployed.
import assert from "node:assert/strict";
import { ClusterObjects } from "../../sandbox/content/clusterObjects";
import {
    addForeignManagers,
    deployBystanders,
    deployModels,
    helm,
    installWithHelm,
    setReleaseStatus,
} from "../../sandbox/content/index";
import type { Sandbox } from "../../sandbox/sandbox";
import "../run/sandboxHooks";
import { emptySandbox } from "../run/sharedSandbox";

interface Listed {
    name: string;
    namespace: string;
    revision: string;
    status: string;
}

describe("content: starting states", function () {
    this.timeout(240_000);
    let sandbox: Sandbox;

    beforeEach(async () => {
        sandbox = await emptySandbox();
    });

    const releases = async (): Promise<Listed[]> =>
        JSON.parse(await helm(sandbox, ["list", "-A", "--all", "-o", "json"])) as Listed[];
    const values = async (name: string, namespace: string): Promise<unknown> =>
        JSON.parse(await helm(sandbox, ["get", "values", name, "-n", namespace, "-o", "json"]));

    it("umbrella chart: nested values, other names, an old custom resource, foreign managers, release pending", async () => {
        const installation = await installWithHelm(sandbox, { umbrella: true, revisions: 1 });
        await deployModels(sandbox, installation, { jumpStartVersion: "v1alpha1", objectTags: 10 });
        await addForeignManagers(sandbox, installation);
        const user = (await values("hyperpod-dependencies", "kube-system")) as Record<string, object>;
        assert.ok("executionRoleArn" in (user["hyperpod-inference-operator"] ?? {}));
        const objects = new ClusterObjects(sandbox);
        const old = await objects.get(
            "inference.sagemaker.aws.amazon.com/v1",
            "JumpStartModel",
            "mistral7b",
            "team-a",
        );
        assert.ok(!("dataCapture" in (old.spec as object)), "v1alpha1 has no such field");
        const alb = await objects.get("apps/v1", "Deployment", "hyperpod-dependencies-alb", "kube-system");
        assert.equal((alb.spec as { replicas: number }).replicas, 3);
        objects.close();
        await setReleaseStatus(sandbox, installation, "pending-upgrade");
        assert.deepEqual(
            (await releases()).map(({ name, status }) => [name, status]),
            [["hyperpod-dependencies", "pending-upgrade"]],
        );
    });

    it("another namespace, no user values, role names with paths, TLS bucket of its own, dependencies of others", async () => {
        const installation = await installWithHelm(sandbox, {
            namespace: "inference-ops",
            bakedValues: true,
            revisions: 2,
            tlsBucket: "acme-tls",
            external: ["keda", "cert-manager", "s3", "fsx"],
            roles: { paths: { alb: "/network/", keda: "/a/b/" } },
        });
        await deployBystanders(sandbox, installation);
        assert.equal(await values("hyperpod-inference-operator", "inference-ops"), null);
        assert.match(installation.roles.keda, /:role\/a\/b\/demo-keda-operator$/);
        const all = await releases();
        assert.deepEqual(
            all.map(({ name, namespace, revision }) => `${namespace}/${name} ${revision}`).sort(),
            [
                "cert-manager/cert-manager 1",
                "inference-ops/hyperpod-inference-operator 2",
                "keda/keda 1",
                "kube-system/aws-fsx-csi-driver 1",
                "kube-system/aws-mountpoint-s3-csi-driver 1",
                "shop/shop-cache 1",
            ],
        );
        assert.ok(all.every(({ status }) => status === "deployed"));
    });
});
