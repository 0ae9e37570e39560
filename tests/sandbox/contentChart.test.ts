// What the product's tests rely on of the charts and add-ons: how many objects, which names, labels and schemas.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv";
import { assembleUmbrellaChart } from "../../sandbox/content/umbrellaChart";
import {
    addonConfiguration,
    addons,
    catalogue,
    countByKind,
    helmValues,
    identity,
    operatorChart,
    type Rendered,
    render,
    renderAddon,
    renderRelease,
} from "./contentCharts";

const operatorAddon = "amazon-sagemaker-hyperpod-inference";

describe("content: charts and add-on catalogue", () => {
    const folder = mkdtempSync(join(tmpdir(), "content-chart-"));
    const configuration = join(folder, "configuration.json");
    let release: Rendered[];
    let addon: Rendered[];

    before(async () => {
        writeFileSync(configuration, JSON.stringify(addonConfiguration));
        release = await renderRelease("--no-hooks");
        addon = await renderAddon(operatorAddon, "v1.3.0-eksbuild.1", configuration);
    });
    after(() => rmSync(folder, { recursive: true }));

    it("has the 139 objects of the public chart's manifest, kind by kind", () => {
        assert.deepEqual(countByKind(release), {
            APIService: 2,
            CSIDriver: 2,
            Certificate: 1,
            ClusterRole: 32,
            ClusterRoleBinding: 24,
            CustomResourceDefinition: 15,
            DaemonSet: 2,
            Deployment: 10,
            IngressClass: 1,
            IngressClassParams: 1,
            Issuer: 1,
            MutatingWebhookConfiguration: 2,
            Namespace: 1,
            PersistentVolume: 1,
            PersistentVolumeClaim: 1,
            PodDisruptionBudget: 1,
            Role: 7,
            RoleBinding: 9,
            Secret: 1,
            Service: 10,
            ServiceAccount: 12,
            ValidatingWebhookConfiguration: 3,
        });
        assert.equal(release.length, 139);
    });

    it("has four hooks, and two CRDs that stand in crds/", async () => {
        const whole = await renderRelease("--include-crds");
        assert.equal(whole.length, 139 + 4 + 2);
        const hooks = whole.filter((object) => object.metadata.annotations?.["helm.sh/hook"]);
        assert.deepEqual(hooks.map((hook) => hook.kind).sort(), [
            "Job",
            "Role",
            "RoleBinding",
            "ServiceAccount",
        ]);
    });

    it("labels 105 of the 141 live objects with the instance, and none of the operator's own", async () => {
        const live = await renderRelease("--include-crds", "--no-hooks");
        const labelled = live.filter((object) => object.metadata.labels?.["app.kubernetes.io/instance"]);
        assert.equal(live.length, 141);
        assert.equal(labelled.length, 105);
        assert.ok(labelled.every((object) => !object.metadata.name.endsWith("controller-manager")));
    });

    it("leaves five namespaced objects without a namespace", () => {
        const without = release.filter((o) => identity(o, "?").includes(" ?/")).map((o) => identity(o, ""));
        assert.deepEqual(without.sort(), [
            "DaemonSet /fsx-csi-node",
            "Deployment /fsx-csi-controller",
            "PersistentVolumeClaim /s3-claim",
            "ServiceAccount /fsx-csi-controller-sa",
            "ServiceAccount /fsx-csi-node-sa",
        ]);
    });

    it("keeps cert-manager's CRDs on uninstall, and no others", () => {
        const kept = release.filter((o) => o.metadata.annotations?.["helm.sh/resource-policy"] === "keep");
        assert.equal(kept.length, 6);
        assert.ok(kept.every((object) => object.metadata.name.endsWith("cert-manager.io")));
    });

    it("shares 33 of the operator add-on's 66 names with the release, in every v1 version", async () => {
        const names = new Set(release.concat(crdsOfFolder()).map((o) => identity(o, "kube-system")));
        for (const { version } of catalogue[operatorAddon]?.versions ?? []) {
            const objects = await renderAddon(operatorAddon, version, configuration);
            assert.equal(objects.length, 66, version);
            const shared = objects.filter((o) => names.has(identity(o, "hyperpod-inference-system")));
            assert.equal(shared.length, 33, version);
        }
    });

    it("says Helm nowhere in an add-on", () => {
        const labels = addon.flatMap((object) => Object.values(object.metadata.labels ?? {}));
        assert.ok(!labels.includes("Helm"));
        assert.ok(release.some((o) => o.metadata.labels?.["app.kubernetes.io/managed-by"] === "Helm"));
        const namespaces = new Set(addon.map((object) => object.metadata.namespace).filter(Boolean));
        assert.deepEqual([...namespaces].sort(), ["hyperpod-inference-system", "kube-system"]);
    });

    it("has the object counts of the dependency add-ons, and an S3 DaemonSet that cannot be updated in place", async () => {
        const counts: Record<string, number> = {};
        for (const [name, { versions }] of Object.entries(catalogue)) {
            if (name === operatorAddon) continue;
            const objects = await renderAddon(name, versions.at(-1)?.version ?? "");
            counts[name] = objects.length;
            if (name !== "aws-mountpoint-s3-csi-driver") continue;
            const selector = (list: Rendered[]) => list.find((o) => o.metadata.name === "s3-csi-node")?.spec;
            assert.notDeepEqual(selectorOf(selector(objects)), selectorOf(selector(release)));
        }
        assert.deepEqual(counts, {
            "aws-mountpoint-s3-csi-driver": 5,
            "aws-fsx-csi-driver": 12,
            "cert-manager": 49,
            "metrics-server": 9,
            "eks-pod-identity-agent": 1,
        });
    });

    it("renders CRD schemas by operator version", async () => {
        const fields = async (version: string) =>
            specFields(await renderAddon(operatorAddon, version, configuration));
        const [oldest, middle, newest] = await Promise.all(
            ["v1.0.0-eksbuild.1", "v1.3.0-eksbuild.1", "v1.5.0-eksbuild.1"].map(fields),
        );
        const since32 = ["dataCapture", "dnsConfig", "kubernetes", "pdSpec"];
        assert.deepEqual(
            middle?.v1.filter((field) => !oldest?.v1.includes(field)),
            since32,
        );
        assert.deepEqual(
            newest?.v1.filter((field) => !middle?.v1.includes(field)),
            ["modelCache", "prefetchSchedule"],
        );
        const onlyV1 = middle?.v1.filter((field) => !middle.v1alpha1.includes(field));
        const others = ["instanceTypes", "intelligentRoutingSpec", "kvCacheSpec", "maxDeployTimeInSeconds"];
        assert.deepEqual(onlyV1, [...since32, ...others, "nodeAffinity"].sort());
    });

    it("refuses missing values with the public chart's words", async () => {
        const without = (key: string) => helmValues.filter((value) => !value.startsWith(key));
        const attempt = (values: string[], ...more: string[]) =>
            render(["x", operatorChart, ...values.flatMap((value) => ["--set", value]), ...more]);
        await assert.rejects(
            attempt(without("s3.")),
            /Mountpoint for s3 CSI driver must be set via the --set s3/,
        );
        await assert.rejects(
            attempt(without("executionRoleArn")),
            /executionRoleArn must be set via the --set/,
        );
        await assert.rejects(attempt(without("tlsCert")), /tlsCertificateS3Bucket must be set via the --set/);
        await assert.rejects(attempt(without("region")), /A valid region is required!/);
        await assert.rejects(attempt(without("eksClusterName")), /An EKS cluster name is required!/);
        await assert.rejects(attempt(without("keda.")), /A valid role for the KEDA operator must be set/);
        await assert.rejects(attempt(without("alb.")), /alb.vpcId must be set when alb.enabled=true/);
        await assert.rejects(
            attempt(helmValues, "--set", "alb.serviceAccount.create=true"),
            /Load Balancer Controller/,
        );
        await assert.rejects(attempt(helmValues, "--set", "region=mars-1"), /Unsupported AWS Region/);
        await assert.rejects(
            attempt(helmValues, "--set", "isAddOn=true"),
            /must have a role name with prefix 'SageMakerHyperPodInference'/,
        );
    });

    it("brings other parts in the umbrella chart, and the operator only on demand", async () => {
        const umbrellaChart = assembleUmbrellaChart(folder);
        const alone = await render([
            "hyperpod-dependencies",
            umbrellaChart,
            "-n",
            "kube-system",
            "--no-hooks",
        ]);
        assert.deepEqual(countByKind(alone), { Namespace: 1, ServiceAccount: 1, DaemonSet: 1 });
        const nested = helmValues.flatMap((value) => ["--set", `hyperpod-inference-operator.${value}`]);
        const on = ["--set", "inferenceOperators.enabled=true", "--no-hooks"];
        const whole = await render([
            "hyperpod-dependencies",
            umbrellaChart,
            "-n",
            "kube-system",
            ...nested,
            ...on,
        ]);
        assert.equal(whole.length, 139 + 3);
        assert.ok(whole.some((object) => object.metadata.name === "hyperpod-dependencies-alb"));
    });

    it("has schemas that take the documented configuration and refuse the rest", () => {
        const ajv = new Ajv({ strict: false });
        for (const { version, schema } of catalogue[operatorAddon]?.versions ?? []) {
            const validate = ajv.compile(JSON.parse(readFileSync(join(addons, schema), "utf8")));
            assert.ok(validate(addonConfiguration), `${version}: ${ajv.errorsText(validate.errors)}`);
            const { tlsCertificateS3Bucket: _bucket, ...incomplete } = addonConfiguration;
            const wrongRole = "arn:aws:iam::123456789012:role/SageMakerHyperPodInference/operator";
            assert.ok(!validate(incomplete), version);
            assert.ok(!validate({ ...addonConfiguration, stage: "gamma" }), version);
            assert.ok(!validate({ ...addonConfiguration, executionRoleArn: wrongRole }), version);
            const tolerant = { ...addonConfiguration, tolerations: [{ operator: "Exists" }] };
            assert.equal(validate(tolerant), !/^v1\.[012]\./.test(version), version);
            const gateway = { ...addonConfiguration, inferenceGateway: { enabled: false } };
            assert.equal(validate(gateway), version.startsWith("v2"), version);
        }
    });

    it("keeps the copies of the schema notation equal", () => {
        const read = (file: string) => readFileSync(join(operatorChart, file), "utf8");
        for (const chart of ["keda", "cert-manager"])
            assert.equal(
                read(`charts/${chart}/templates/_openapi.tpl`),
                read("templates/_openapi.tpl"),
                chart,
            );
        assert.equal(read("charts/keda/crd-fields/kubernetes.yaml"), read("crd-fields/kubernetes.yaml"));
    });
});

function crdsOfFolder(): Rendered[] {
    return ["ingressclassparams", "targetgroupbindings"].map((plural) => ({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `${plural}.elbv2.k8s.aws` },
    }));
}

function selectorOf(spec: unknown): unknown {
    return (spec as { selector?: unknown } | undefined)?.selector;
}

interface CrdVersion {
    name: string;
    schema: { openAPIV3Schema: { properties: { spec: { properties: Record<string, unknown> } } } };
}

function specFields(objects: Rendered[]): { v1: string[]; v1alpha1: string[] } {
    const crd = objects.find((object) => object.metadata.name.startsWith("inferenceendpointconfigs"));
    const versions = (crd?.spec as { versions: CrdVersion[] } | undefined)?.versions ?? [];
    const fields = (name: string) => {
        const version = versions.find((candidate) => candidate.name === name);
        return Object.keys(version?.schema.openAPIV3Schema.properties.spec.properties ?? {}).sort();
    };
    return { v1: fields("v1"), v1alpha1: fields("v1alpha1") };
}
