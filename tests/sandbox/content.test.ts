// What the product's tests rely on of the live content: the release, the models, their AWS side, webhooks that answer, the add-on on top.
import assert from "node:assert/strict";
import { DescribeCertificateCommand, ListTagsForCertificateCommand } from "@aws-sdk/client-acm";
import { DescribeAddonCommand } from "@aws-sdk/client-eks";
import { DescribeLoadBalancersCommand, DescribeTagsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import {
    GetRoleCommand,
    ListAttachedRolePoliciesCommand,
    ListRolePoliciesCommand,
} from "@aws-sdk/client-iam";
import { GetObjectTaggingCommand } from "@aws-sdk/client-s3";
import { DescribeClusterCommand } from "@aws-sdk/client-sagemaker";
import { awsClients } from "../../sandbox/content/awsClients";
import { type ClusterObject, ClusterObjects } from "../../sandbox/content/clusterObjects";
import {
    type Content,
    createOperatorAddon,
    demoContent,
    helm,
    operatorAddon,
} from "../../sandbox/content/index";
import { waitUntil } from "../../sandbox/content/waitForRelease";
import type { Sandbox } from "../../sandbox/sandbox";
import "../run/sandboxHooks";
import { emptySandbox } from "../run/sharedSandbox";

const group = "inference.sagemaker.aws.amazon.com";

describe("content: the live installation", function () {
    this.timeout(240_000);
    let sandbox: Sandbox;
    let content: Content;
    let objects: ClusterObjects;
    let milliseconds: number;

    before(async () => {
        sandbox = await emptySandbox();
        const started = Date.now();
        content = await demoContent(sandbox);
        milliseconds = Date.now() - started;
        objects = new ClusterObjects(sandbox);
    });
    after(() => objects?.close());

    const model = (name: string) => content.models.models.find((candidate) => candidate.name === name);
    const read = (version: string, name = "llama8b", namespace = "team-a") =>
        objects.get(`${group}/${version}`, "InferenceEndpointConfig", name, namespace);

    it("is there in good time", () => {
        console.log(`      content created in ${milliseconds} ms`);
        assert.ok(milliseconds < 180_000, `${milliseconds} ms`);
    });

    it("has a release with three revisions and records of a real size", async () => {
        const history = JSON.parse(
            await helm(sandbox, [
                "history",
                "hyperpod-inference-operator",
                "-n",
                "kube-system",
                "-o",
                "json",
            ]),
        ) as { revision: number; status: string }[];
        assert.deepEqual(
            history.map(({ revision, status }) => `${revision} ${status}`),
            ["1 superseded", "2 superseded", "3 deployed"],
        );
        const name = "sh.helm.release.v1.hyperpod-inference-operator.v3";
        const record = await objects.get("v1", "Secret", name, "kube-system");
        const size = JSON.stringify(record).length;
        assert.ok(size > 250_000 && size < 1_000_000, `${size} bytes`);
        const values = JSON.parse(
            await helm(sandbox, [
                "get",
                "values",
                "hyperpod-inference-operator",
                "-n",
                "kube-system",
                "-o",
                "json",
            ]),
        );
        assert.deepEqual(values, content.installation.values);
    });

    it("has ALB replicas set by hand, and made its service account outside Helm", async () => {
        const alb = await objects.get(
            "apps/v1",
            "Deployment",
            "hyperpod-inference-operator-alb",
            "kube-system",
        );
        assert.equal((alb.spec as { replicas: number }).replicas, 3);
        const account = await objects.get(
            "v1",
            "ServiceAccount",
            "aws-load-balancer-controller",
            "kube-system",
        );
        assert.equal(account.metadata.annotations?.["meta.helm.sh/release-name"], undefined);
        assert.equal(
            account.metadata.annotations?.["eks.amazonaws.com/role-arn"],
            content.installation.roles.alb,
        );
    });

    it("has all live objects of the release with Helm's ownership, but those of crds/", async () => {
        const manifest = await helm(sandbox, [
            "get",
            "manifest",
            "hyperpod-inference-operator",
            "-n",
            "kube-system",
        ]);
        assert.equal(manifest.match(/^kind: /gm)?.length, 138, "138 documents, one of them a List of two");
        const ingressClass = await objects.list("networking.k8s.io/v1", "IngressClass");
        assert.deepEqual(
            ingressClass.map((object) => object.metadata.labels?.["app.kubernetes.io/managed-by"]),
            ["Helm"],
        );
        const namespace = await objects.get("v1", "Namespace", "hyperpod-inference-system");
        assert.equal(namespace.metadata.labels?.["app.kubernetes.io/managed-by"], "Helm");
    });

    it("reads models in both versions, with the fields of 3.2 in v1 alone", async () => {
        const now = await read("v1");
        const before = await read("v1alpha1");
        assert.equal(now.metadata.uid, before.metadata.uid);
        assert.ok("dataCapture" in (now.spec as object) && "dnsConfig" in (now.spec as object));
        assert.ok(!("dataCapture" in (before.spec as object)));
        const { tlsCertificate } = now.status as { tlsCertificate: Record<string, unknown> };
        assert.equal(tlsCertificate.certificateARN, model("llama8b")?.certificateArn);
        assert.deepEqual(
            tlsCertificate.tlsCertificateS3Keys,
            model("llama8b")?.objects.map((object) => object.key),
        );
    });

    it("writes models in both versions", async () => {
        for (const version of ["v1", "v1alpha1"]) {
            const object = {
                ...(await read(version, "deepseek15b", "team-b")),
                apiVersion: `${group}/${version}`,
            };
            const kept = object.kind;
            await objects.patch(
                object,
                { metadata: { annotations: { [`written-${version}`]: kept } } },
                "test",
            );
        }
        const after = await read("v1", "deepseek15b", "team-b");
        assert.ok(after.metadata.annotations?.["written-v1alpha1"]);
    });

    it("owns workloads by their models", async () => {
        for (const { name, namespace, uid, ingress } of content.models.models) {
            const exposed = await objects.get(
                "networking.k8s.io/v1",
                "Ingress",
                ingress.name,
                ingress.namespace,
            );
            // In the operator's namespace a model elsewhere cannot own it.
            const isOwned = ingress.namespace === namespace;
            if (!isOwned) assert.deepEqual(owners(exposed), []);
            const found = [
                ...(isOwned ? [exposed] : []),
                await objects.get("apps/v1", "Deployment", name, namespace),
                await objects.get("keda.sh/v1alpha1", "ScaledObject", `${name}-scaler`, namespace),
                await objects.get("v1", "Service", `${name}-routing-service`, namespace),
            ];
            for (const object of found)
                assert.equal(owners(object)[0]?.uid, uid, `${object.kind} of ${name}`);
        }
    });

    it("has ingresses in both places where operators put them", () => {
        const places = content.models.models.map(({ namespace, ingress }) => ingress.namespace === namespace);
        assert.deepEqual([...new Set(places)].sort(), [false, true]);
    });

    it("asks the ALB webhook on ingress creation, and refuses it when the controller is away", async () => {
        const created = await objects.create(testIngress("while-there"), "test");
        assert.ok(created.metadata.uid);
        const alb = await objects.get(
            "apps/v1",
            "Deployment",
            "hyperpod-inference-operator-alb",
            "kube-system",
        );
        await objects.patch(alb, { spec: { replicas: 0 } }, "kubectl", "scale");
        await waitUntil("ALB pods to go", async () => {
            const pods = await objects.list("v1", "Pod");
            const left = pods.filter((pod) =>
                pod.metadata.name.startsWith("hyperpod-inference-operator-alb"),
            );
            return left.length === 0 ? undefined : `${left.length} pods`;
        });
        await assert.rejects(
            objects.create(testIngress("while-away"), "test"),
            /vingress.elbv2.k8s.aws.*no endpoints available for service "alb-webhook-service"/,
        );
        await objects.patch(alb, { spec: { replicas: 3 } }, "kubectl", "scale");
        await waitUntil("ingress creation", async () => {
            try {
                await objects.create(testIngress("back-again"), "test");
                return undefined;
            } catch (error) {
                return `refused: ${error}`;
            }
        });
    });

    it("answers external and resource metrics", async () => {
        const metric = "/apis/external.metrics.k8s.io/v1beta1/namespaces/team-a/s0-aws-cloudwatch";
        const external = await objects.raw<{ items: object[] }>(metric);
        assert.equal(external.items.length, 1);
        const nodes = await objects.raw<{ kind: string }>("/apis/metrics.k8s.io/v1beta1/nodes");
        assert.equal(nodes.kind, "NodeMetricsList");
    });

    it("has load balancers as the controller tags them, behind the ingress that names them", async () => {
        const { elb } = awsClients(sandbox);
        const all = (await elb.send(new DescribeLoadBalancersCommand({}))).LoadBalancers ?? [];
        assert.equal(all.length, 4);
        for (const { name, ingress, loadBalancer } of content.models.models) {
            const found = all.find((candidate) => candidate.LoadBalancerArn === loadBalancer.arn);
            const exposed = await objects.get(
                "networking.k8s.io/v1",
                "Ingress",
                ingress.name,
                ingress.namespace,
            );
            assert.equal(hostname(exposed), found?.DNSName, name);
            const answer = await elb.send(new DescribeTagsCommand({ ResourceArns: [loadBalancer.arn] }));
            const tags = asMap(answer.TagDescriptions?.[0]?.Tags);
            assert.equal(tags["elbv2.k8s.aws/cluster"], "demo");
            assert.equal(tags["ingress.k8s.aws/stack"], `${ingress.namespace}/${ingress.name}`);
            assert.equal(tags.CreatedBy, name === "deepseek15b" ? "platform-team" : undefined);
        }
    });

    it("has certificates and tagged S3 objects where the models say", async () => {
        const { acm, s3 } = awsClients(sandbox);
        const counts: number[] = [];
        for (const { certificateArn, objects: stored } of content.models.models) {
            const found = await acm.send(new DescribeCertificateCommand({ CertificateArn: certificateArn }));
            assert.equal(found.Certificate?.Type, "IMPORTED");
            for (const { bucket, key } of stored) {
                const tagging = await s3.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }));
                counts.push(tagging.TagSet?.length ?? 0);
            }
        }
        assert.deepEqual(counts, [0, 0, 2, 0, 9, 0]);
        const { certificateArn } = content.bystanders;
        const shop = await acm.send(new ListTagsForCertificateCommand({ CertificateArn: certificateArn }));
        assert.equal(asMap(shop.Tags).CreatedBy, "shop-terraform");
    });

    it("has roles with everything that a careless copy loses", async () => {
        const { iam } = awsClients(sandbox);
        const RoleName = "demo-inference-operator";
        const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
        assert.equal(Role?.Path, "/ml-platform/");
        assert.equal(Role?.MaxSessionDuration, 7200);
        assert.ok(Role?.PermissionsBoundary?.PermissionsBoundaryArn);
        assert.deepEqual(asMap(Role?.Tags), { team: "ml-platform", "cost-center": "4711" });
        const inline = await iam.send(new ListRolePoliciesCommand({ RoleName }));
        assert.deepEqual(inline.PolicyNames?.sort(), ["TLSBucketsAccess", "acm-describe", "route53-dns"]);
        const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
        assert.deepEqual(attached.AttachedPolicies?.map((policy) => policy.PolicyName).sort(), [
            "AmazonSageMakerHyperPodInferenceAccess",
            "hp-exec-models-kms",
        ]);
        const { sagemaker } = awsClients(sandbox);
        const hyperPod = await sagemaker.send(new DescribeClusterCommand({ ClusterName: "hyperpoddemo" }));
        assert.equal(hyperPod.Orchestrator?.Eks?.ClusterArn, content.bare.eksClusterArn);
    });

    it("takes another helm upgrade, which keeps the bytes of alb-tls and resets replicas", async () => {
        const bytes = async () => (await objects.get("v1", "Secret", "alb-tls", "kube-system")).data;
        const before = await bytes();
        const { releaseName, chart, namespace } = content.installation;
        await helm(sandbox, ["upgrade", releaseName, chart, "-n", namespace, "--reuse-values"]);
        assert.deepEqual(await bytes(), before);
        const alb = await objects.get(
            "apps/v1",
            "Deployment",
            "hyperpod-inference-operator-alb",
            "kube-system",
        );
        assert.equal((alb.spec as { replicas: number }).replicas, 2, "Helm takes back what was set by hand");
    });

    it("takes the operator add-on with OVERWRITE, which becomes ACTIVE and owns the 32 shared objects with fields", async () => {
        const executionRole = "arn:aws:iam::123456789012:role/SageMakerHyperPodInference-demo";
        const { eks } = awsClients(sandbox);
        await createOperatorAddon(sandbox, content.installation, {
            addonVersion: "v1.3.0-eksbuild.1",
            executionRole,
        });
        const wanted = { clusterName: "demo", addonName: operatorAddon };
        await waitUntil("add-on", async () => {
            const { addon } = await eks.send(new DescribeAddonCommand(wanted));
            return addon?.status === "ACTIVE"
                ? undefined
                : `${addon?.status} ${JSON.stringify(addon?.health)}`;
        });
        const shared = await coOwned(objects);
        assert.equal(shared.length, 32, shared.join("\n"));
        assert.ok(!shared.includes("ServiceAccount pod-reader"), "it has no field to own");
        const webhook = await read("v1");
        assert.ok("dataCapture" in (webhook.spec as object));
    });
});

function owners(object: ClusterObject): { uid: string }[] {
    return (object.metadata.ownerReferences ?? []) as { uid: string }[];
}

function hostname(object: ClusterObject): string | undefined {
    const status = object.status as { loadBalancer: { ingress: { hostname: string }[] } };
    return status.loadBalancer.ingress[0]?.hostname;
}

function asMap(
    tags: { Key?: string | undefined; Value?: string | undefined }[] = [],
): Record<string, string> {
    return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value]));
}

function testIngress(name: string): ClusterObject {
    return {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { name, namespace: "shop" },
        spec: {
            ingressClassName: "alb",
            defaultBackend: { service: { name: "shop", port: { number: 443 } } },
        },
    };
}

const sharedKinds: [string, string][] = [
    ["v1", "Namespace"],
    ["v1", "ServiceAccount"],
    ["apiextensions.k8s.io/v1", "CustomResourceDefinition"],
    ["rbac.authorization.k8s.io/v1", "ClusterRole"],
    ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding"],
    ["rbac.authorization.k8s.io/v1", "RoleBinding"],
    ["admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"],
    ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"],
    ["apiregistration.k8s.io/v1", "APIService"],
    ["networking.k8s.io/v1", "IngressClass"],
    ["cert-manager.io/v1", "Issuer"],
    ["cert-manager.io/v1", "Certificate"],
];

async function coOwned(objects: ClusterObjects): Promise<string[]> {
    const params = await objects.raw<{ items: ClusterObject[] }>(
        "/apis/elbv2.k8s.aws/v1beta1/ingressclassparams",
    );
    const found = await Promise.all(
        sharedKinds.map(async ([apiVersion, kind]) =>
            (await objects.list(apiVersion, kind)).map((object) => ({ ...object, kind })),
        ),
    );
    const all = [
        ...found.flat(),
        ...params.items.map((object) => ({ ...object, kind: "IngressClassParams" })),
    ];
    return all.filter(isCoOwned).map((object) => `${object.kind} ${object.metadata.name}`);
}

function isCoOwned(object: ClusterObject): boolean {
    const fields = (object.metadata.managedFields ?? []) as { manager: string }[];
    const managers = fields.map((entry) => entry.manager);
    return managers.includes("eks") && managers.includes("helm");
}
