// What is in the simulated account and cluster before a move: the Helm release, models with their pods, dependencies and things of others; and what each add-on brings.
import type { KubernetesObject } from "../../../provider/ports/world";
import { TaggedKind } from "../../../provider/ports/world";
import type { AddonCatalogue } from "./addons";
import type { Data } from "./data";
import { keyOfObject } from "./kinds";
import { deployment, GROUP, OPERATOR_NAMESPACE, operatorObjects, service } from "./operatorContent";
import { type RecordPayload, recordSecret } from "./releases";
import type { Store } from "./store";
import { keyOf } from "./tags";

export const RELEASE = { name: "hyperpod-inference-operator", namespace: "kube-system" } as const;
export const ADDON = "amazon-sagemaker-hyperpod-inference";
export const TEAM = "team-a";
export const BUCKET = "hyperpod-tls-team";
const ROLE = "arn:aws:iam::123456789012:role/";
export const EXECUTION_ROLE = `${ROLE}SageMakerHyperPodInference-exec`;
const ALB_ROLE = `${ROLE}hp-alb`;
const KEDA_ROLE = `${ROLE}hp-keda`;
const CERTIFICATES = "arn:aws:acm:us-west-2:123456789012:certificate/";
const HYPERPOD = "arn:aws:sagemaker:us-west-2:123456789012:cluster/abcdefghijkl";
export const OIDC = "oidc.eks.us-west-2.amazonaws.com/id/EXAMPLE";

const OPERATORS: Record<string, string> = {
    "v1.4.0-eksbuild.1": "3.3",
    "v1.3.0-eksbuild.2": "3.2",
    "v1.3.0-eksbuild.1": "3.2",
    "v1.1.0-eksbuild.1": "3.1",
    "v1.0.0-eksbuild.1": "3.0",
};

export interface ReleasePlace {
    readonly name: string;
    readonly namespace: string;
}

export interface ContentOptions {
    /** Version of the operator inside the Helm release. */
    readonly operator?: string;
    readonly values?: Readonly<Record<string, unknown>>;
    /** Where the release is and what it is called, when not as the documentation has it. */
    readonly release?: ReleasePlace;
    readonly status?: string;
    /** The operator that an add-on version brings; by default what the release notes say. */
    readonly operatorOfAddon?: (version: string) => string;
    /** Objects of dependencies inside the Helm release; none by default. */
    readonly dependencies?: readonly KubernetesObject[];
    /** What the add-on of a dependency brings. */
    readonly addonObjects?: (name: string) => readonly KubernetesObject[] | undefined;
}

export const VALUES = {
    executionRoleArn: EXECUTION_ROLE,
    tlsCertificateS3Bucket: `s3://${BUCKET}`,
    hyperpodClusterArn: HYPERPOD,
    region: "us-west-2",
    eksClusterName: "demo",
    alb: { serviceAccount: { create: false, name: "aws-load-balancer-controller" } },
    keda: { podIdentity: { aws: { irsa: { enabled: true, roleArn: KEDA_ROLE } } } },
};

const schema = {
    type: "object",
    additionalProperties: false,
    required: ["executionRoleArn", "tlsCertificateS3Bucket"],
    properties: {
        executionRoleArn: { type: "string", pattern: "role/(.+/)?SageMakerHyperPodInference" },
        tlsCertificateS3Bucket: { type: "string" },
        hyperpodClusterArn: { type: "string" },
        nodeSelector: { type: "object" },
        tolerations: { type: "array" },
        alb: {
            type: "object",
            properties: {
                enabled: { type: "boolean" },
                serviceAccount: {
                    type: "object",
                    properties: { create: { type: "boolean" }, roleArn: { type: "string" } },
                },
            },
        },
        keda: { type: "object", properties: { enabled: { type: "boolean" }, auth: { type: "object" } } },
    },
};

export const catalogue: AddonCatalogue = {
    versions: {
        [ADDON]: Object.keys(OPERATORS),
        "aws-mountpoint-s3-csi-driver": ["v1.15.0-eksbuild.1"],
        "aws-fsx-csi-driver": ["v1.7.0-eksbuild.1"],
        "cert-manager": ["v1.19.1-eksbuild.1"],
        "metrics-server": ["v0.8.0-eksbuild.2"],
    },
    schema: (name) => (name === ADDON ? schema : { type: "object" }),
};

export function addonContent(
    options: ContentOptions,
): (name: string, version: string, configuration: Record<string, unknown>) => KubernetesObject[] {
    return (name, version, configuration) => {
        const given = options.addonObjects?.(name);
        if (given !== undefined) return [...given];
        if (name !== ADDON) return [deployment("kube-system", `${name}-addon`, `${name}:1`, 1, "default")];
        const operator = (options.operatorOfAddon ?? ((wanted) => OPERATORS[wanted] ?? "3.2"))(version);
        const objects = operatorObjects({
            namespace: OPERATOR_NAMESPACE,
            prefix: "hyperpod-inference",
            operator,
            albReplicas: 2,
            kedaRoleArn: KEDA_ROLE,
            albAccount: true,
            albRoleArn: ALB_ROLE,
        });
        const { nodeSelector } = configuration;
        if (nodeSelector === undefined) return objects;
        return objects.map((object) => {
            if (object.kind !== "Deployment") return object;
            const spec = object.spec as { template: { spec: object } };
            return {
                ...object,
                spec: {
                    ...spec,
                    template: { ...spec.template, spec: { ...spec.template.spec, nodeSelector } },
                },
            };
        });
    };
}

/** Puts everything there; controllers still have to run. */
export function fill(store: Store, data: Data, options: ContentOptions): void {
    const { namespace: home } = options.release ?? RELEASE;
    const by = (manager: string) => ({ manager, operation: "Update" as const });
    const make = (object: KubernetesObject, manager = "kubectl-create") => store.create(object, by(manager));
    for (const name of new Set(["default", "kube-system", "cert-manager", TEAM, "shop", home]))
        make({ apiVersion: "v1", kind: "Namespace", metadata: { name } }, "kube-apiserver");
    const node = make({
        apiVersion: "v1",
        kind: "Node",
        metadata: { name: "fake-1", labels: { "kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux" } },
    });
    store.status(node, "kubelet", {
        allocatable: { pods: "110" },
        conditions: [{ type: "Ready", status: "True" }],
    });
    // Somebody else's cert-manager: its kinds, and its controllers below.
    for (const [kind, plural] of [
        ["Certificate", "certificates"],
        ["Issuer", "issuers"],
    ] as const)
        make(openDefinition("cert-manager.io", kind, plural, "v1"));
    for (const [name, image] of [
        ["cert-manager", "cert-manager-controller"],
        ["cert-manager-cainjector", "cert-manager-cainjector"],
    ] as const)
        make(deployment("cert-manager", name, `${image}:v1.18.2`, 1, "default"));
    make(
        {
            apiVersion: "v1",
            kind: "ServiceAccount",
            metadata: {
                name: "aws-load-balancer-controller",
                namespace: home,
                annotations: { "eks.amazonaws.com/role-arn": ALB_ROLE },
            },
        },
        "eksctl",
    );
    for (const name of ["s3.csi.aws.com", "fsx.csi.aws.com"])
        make({
            apiVersion: "storage.k8s.io/v1",
            kind: "CSIDriver",
            metadata: { name },
            spec: { attachRequired: false },
        });
    // From the `crds/` folder of a chart: live, in no manifest, without Helm's marks.
    make(openDefinition("elbv2.k8s.aws", "TargetGroupBinding", "targetgroupbindings", "v1beta1"), "helm");
    installRelease(store, options);
    // Scaled by hand: neither the chart nor the add-on says 3.
    store.merge(
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            namespace: home,
            name: "hyperpod-inference-operator-alb",
        },
        { spec: { replicas: 3 } },
        by("kubectl-scale"),
    );
    addModels(store, make);
    addBystanders(data, make);
    for (const object of data.objects.values())
        if (
            ["CustomResourceDefinition", "Namespace"].includes(object.kind) ||
            object.apiVersion.startsWith(GROUP)
        )
            data.guarded.add(keyOfObject(object));
}

export function releaseObjects(options: ContentOptions): KubernetesObject[] {
    const operator = operatorObjects({
        namespace: (options.release ?? RELEASE).namespace,
        prefix: "hyperpod-inference-operator",
        operator: options.operator ?? "3.2",
        albReplicas: 2,
        kedaRoleArn: KEDA_ROLE,
        albAccount: false,
        albRoleArn: "",
    });
    return [...operator, ...(options.dependencies ?? [])];
}

/** As Helm does it: its marks on every object, one record for each revision. */
function installRelease(store: Store, options: ContentOptions): void {
    const objects = releaseObjects(options);
    const { name, namespace } = options.release ?? RELEASE;
    for (const object of objects)
        store.create(withMarks(object, { name, namespace }), { manager: "helm", operation: "Update" });
    const payload: RecordPayload = {
        chart: "hyperpod-inference-operator",
        chartVersion: "2.2.0",
        appVersion: options.operator ?? "3.2",
        charts: ["hyperpod-inference-operator", "aws-load-balancer-controller", "alb", "keda"],
        values: { ...VALUES, ...options.values },
        chartDefaults: {},
        objects,
    };
    for (const [revision, status] of [
        [1, "superseded"],
        [2, options.status ?? "deployed"],
    ] as const)
        store.create(recordSecret(name, namespace, revision, status, payload), {
            manager: "helm",
            operation: "Update",
        });
}

function withMarks(object: KubernetesObject, { name, namespace }: ReleasePlace): KubernetesObject {
    return {
        ...object,
        metadata: {
            ...object.metadata,
            labels: { ...object.metadata.labels, "app.kubernetes.io/managed-by": "Helm" },
            annotations: {
                ...object.metadata.annotations,
                "meta.helm.sh/release-name": name,
                "meta.helm.sh/release-namespace": namespace,
            },
        },
    };
}

/** A CRD that lets everything through. */
function openDefinition(group: string, kind: string, plural: string, version: string): KubernetesObject {
    const openAPIV3Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    return {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `${plural}.${group}` },
        spec: {
            group,
            names: { kind, plural },
            scope: "Namespaced",
            versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema } }],
        },
    };
}

type Make = (object: KubernetesObject, manager?: string) => KubernetesObject;

function addModels(store: Store, make: Make): void {
    for (const [kind, name] of [
        ["InferenceEndpointConfig", "llama8b"],
        ["InferenceEndpointConfig", "qwen7b"],
        ["JumpStartModel", "deepseek15b"],
    ] as const) {
        const spec = {
            modelName: name,
            instanceType: "ml.g5.8xlarge",
            dataCapture: { enabled: true, s3Uri: `s3://capture/${name}` },
            ...(store.definitionOf(`${GROUP}/v1`, kind) ? { dnsConfig: { hostedZone: "Z123" } } : {}),
        };
        const resource = make(
            {
                apiVersion: `${GROUP}/v1`,
                kind,
                metadata: {
                    name,
                    namespace: TEAM,
                    finalizers: ["inference.sagemaker.aws.amazon.com/finalizer"],
                },
                spec,
            },
            "kubectl-client-side-apply",
        );
        const owner = {
            apiVersion: `${GROUP}/v1`,
            kind,
            name,
            uid: resource.metadata.uid ?? "",
            controller: true,
            blockOwnerDeletion: true,
        };
        store.status(resource, "manager", {
            state: "DeploymentComplete",
            tlsCertificate: {
                certificateARN: `${CERTIFICATES}${name}`,
                tlsCertificateOutputS3Bucket: BUCKET,
                tlsCertificateS3Keys: [`certificates/${name}.pem`],
            },
        });
        if (name === "llama8b")
            make(
                {
                    apiVersion: "networking.k8s.io/v1",
                    kind: "Ingress",
                    metadata: {
                        name: "alb-llama8b",
                        namespace: TEAM,
                        finalizers: ["ingress.k8s.aws/resources"],
                        ownerReferences: [owner],
                    },
                    spec: { ingressClassName: "alb" },
                },
                "manager",
            );
        const server = deployment(TEAM, name, "model-server:1", 1, "default");
        make({ ...server, metadata: { ...server.metadata, ownerReferences: [owner] } }, "manager");
        make(
            {
                ...service(TEAM, name, { app: name }),
                metadata: { name, namespace: TEAM, ownerReferences: [owner] },
            },
            "manager",
        );
    }
    make(
        {
            apiVersion: "keda.sh/v1alpha1",
            kind: "ScaledObject",
            metadata: { name: "llama8b", namespace: TEAM, finalizers: ["finalizer.keda.sh"] },
            spec: { scaleTargetRef: { name: "llama8b" }, maxReplicaCount: 4 },
        },
        "manager",
    );
}

function addBystanders(data: Data, make: Make): void {
    make(deployment("shop", "public-alb-shop", "shop:7", 2, "default"));
    make({
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: { name: "public-alb-shop", namespace: "shop" },
        spec: { ingressClassName: "alb" },
    });
    make({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: {
            name: "shop-settings",
            namespace: "shop",
            labels: { "app.kubernetes.io/instance": RELEASE.name },
        },
        data: { colour: "red" },
    });
    const trust = (namespace: string, account: string) =>
        JSON.stringify({
            Version: "2012-10-17",
            Statement: [
                {
                    Effect: "Allow",
                    Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${OIDC}` },
                    Action: "sts:AssumeRoleWithWebIdentity",
                    Condition: {
                        StringEquals: {
                            [`${OIDC}:sub`]: `system:serviceaccount:${namespace}:${account}`,
                            [`${OIDC}:aud`]: "sts.amazonaws.com",
                        },
                    },
                },
            ],
        });
    for (const [arn, namespace, account] of [
        [EXECUTION_ROLE, OPERATOR_NAMESPACE, "hyperpod-inference-operator-controller-manager"],
        [ALB_ROLE, "kube-system", "aws-load-balancer-controller"],
        [KEDA_ROLE, "kube-system", "keda-operator"],
    ] as const) {
        const name = arn.slice(ROLE.length);
        data.roles.set(name, {
            arn,
            name,
            path: "/",
            trustPolicy: trust(namespace, account),
            attachedPolicies: ["arn:aws:iam::123456789012:policy/customer"],
            inlinePolicies: { extra: "{}" },
            maxSessionDuration: 7200,
            tags: { team: "a" },
        });
    }
    const tags = (kind: TaggedKind, id: string, set: Record<string, string>) =>
        data.tags.set(keyOf({ kind, id }), set);
    const albs = "arn:aws:elasticloadbalancing:us-west-2:123456789012:loadbalancer/app/";
    for (const [name, set] of [
        [
            "k8s-teama-albllama-1",
            {
                "elbv2.k8s.aws/cluster": "demo",
                "ingress.k8s.aws/stack": `${TEAM}/alb-llama8b`,
                CreatedBy: "platform-team",
            },
        ],
        [
            "k8s-shop-publicalb-1",
            {
                "elbv2.k8s.aws/cluster": "demo",
                "ingress.k8s.aws/stack": "shop/public-alb-shop",
                CreatedBy: "shop-terraform",
            },
        ],
    ] as const) {
        data.loadBalancers.set(`${albs}${name}`, `${name}.elb.amazonaws.com`);
        tags(TaggedKind.LoadBalancer, `${albs}${name}`, set);
    }
    for (const name of ["llama8b", "qwen7b"])
        tags(TaggedKind.S3Object, `s3://${BUCKET}/certificates/${name}.pem`, { team: "a" });
    tags(TaggedKind.Certificate, `${CERTIFICATES}llama8b`, { CreatedBy: "acme-pki" });
    tags(TaggedKind.Certificate, `${CERTIFICATES}shop`, { CreatedBy: "shop-terraform" });
    tags(TaggedKind.S3Object, `s3://${BUCKET}/certificates/shop.pem`, { team: "shop" });
}
