// The operator, its load balancer controller and KEDA in two forms: as the Helm release and as the add-on bring them. A compact copy of the real chart's structure.
import type { Schema } from "../../../provider/kubernetes/customResourceDefinitions";
import type { KubernetesObject } from "../../../provider/ports/world";
import { tlsData } from "./serving";

export const OPERATOR_NAMESPACE = "hyperpod-inference-system";
export const GROUP = "inference.sagemaker.aws.amazon.com";
const RBAC = "rbac.authorization.k8s.io/v1";

/** Fields of the models' spec by operator version; a newer one never lacks what an older one has. */
const FIELDS: Record<string, readonly string[]> = {
    "3.0": ["modelName", "instanceType", "replicas"],
    "3.1": ["modelName", "instanceType", "replicas", "dataCapture"],
    "3.2": ["modelName", "instanceType", "replicas", "dataCapture", "dnsConfig"],
    "3.3": ["modelName", "instanceType", "replicas", "dataCapture", "dnsConfig", "requestLimits"],
};

export interface OperatorForm {
    /** Namespace of the load balancer controller and of KEDA. */
    readonly namespace: string;
    /** Prefix of the operator's own names. */
    readonly prefix: string;
    readonly operator: string;
    readonly albReplicas: number;
    readonly kedaRoleArn: string;
    readonly albAccount: boolean;
    /** Role annotation of the add-on's account of the load balancer controller. */
    readonly albRoleArn: string;
}

export function operatorObjects(form: OperatorForm): KubernetesObject[] {
    const { namespace, prefix } = form;
    const his = OPERATOR_NAMESPACE;
    const manager = `${prefix}-controller-manager`;
    return [
        {
            apiVersion: "v1",
            kind: "Namespace",
            metadata: { name: his, labels: { "control-plane": "controller-manager" } },
        },
        ...(form.albAccount ? [account(namespace, "aws-load-balancer-controller", form.albRoleArn)] : []),
        account(namespace, "keda-operator", form.kedaRoleArn),
        account(his, manager),
        { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "pod-reader", namespace: his } },
        {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "alb-tls", namespace },
            type: "kubernetes.io/tls",
            data: tlsData(`alb ${namespace}`, [`alb-webhook-service.${namespace}.svc`]),
        },
        model("InferenceEndpointConfig", "inferenceendpointconfigs", form),
        model("JumpStartModel", "jumpstartmodels", form),
        kedaDefinition(form.operator),
        clusterRole(`${prefix}-manager-role`, ["*"]),
        clusterRole("keda-operator", ["get", "list", form.operator >= "3.3" ? "patch" : "watch"]),
        clusterRole("pod-reader", ["get"]),
        clusterBinding(`${prefix}-manager-rolebinding`, `${prefix}-manager-role`, his, manager),
        clusterBinding("keda-operator", "keda-operator", namespace, "keda-operator"),
        clusterBinding("pod-reader-binding", "pod-reader", his, "pod-reader"),
        {
            apiVersion: RBAC,
            kind: "Role",
            metadata: { name: "keda-operator-certs", namespace },
            rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get", "update"] }],
        },
        binding("kube-system", "keda-operator-auth-reader", namespace, "keda-operator"),
        service(namespace, "alb-webhook-service", { app: `${prefix}-alb` }),
        service(namespace, "keda-operator", { app: "keda-operator" }, [METRICS]),
        service(namespace, "keda-operator-metrics-apiserver", { app: "keda-operator-metrics-apiserver" }),
        service(namespace, "keda-admission-webhooks", { app: "keda-admission-webhooks" }),
        service(his, `${prefix}-conversion-webhook`, { app: manager }),
        deployment(
            namespace,
            `${prefix}-alb`,
            "aws-load-balancer-controller:v2.13.2",
            form.albReplicas,
            "aws-load-balancer-controller",
            "alb-tls",
        ),
        withOptionalSecrets(
            deployment(
                namespace,
                "keda-operator",
                "keda-operator:2.17.1",
                1,
                "keda-operator",
                "kedaorg-certs",
            ),
        ),
        deployment(
            namespace,
            "keda-operator-metrics-apiserver",
            "keda-metrics-apiserver:2.17.1",
            1,
            "keda-operator",
            "kedaorg-certs",
        ),
        deployment(
            namespace,
            "keda-admission-webhooks",
            "keda-admission-webhooks:2.17.1",
            1,
            "keda-operator",
            "kedaorg-certs",
        ),
        deployment(
            his,
            manager,
            `hyperpod-inference-operator:v${form.operator}`,
            1,
            manager,
            "webhook-server-cert",
        ),
        {
            apiVersion: "apiregistration.k8s.io/v1",
            kind: "APIService",
            metadata: { name: "v1beta1.external.metrics.k8s.io" },
            spec: {
                group: "external.metrics.k8s.io",
                version: "v1beta1",
                service: { name: "keda-operator-metrics-apiserver", namespace },
            },
        },
        {
            apiVersion: "cert-manager.io/v1",
            kind: "Certificate",
            metadata: { name: "serving-cert", namespace: his },
            spec: {
                secretName: "webhook-server-cert",
                dnsNames: [`${prefix}-conversion-webhook.${his}.svc`],
                issuerRef: { kind: "Issuer", name: "selfsigned-issuer" },
            },
        },
        {
            apiVersion: "cert-manager.io/v1",
            kind: "Issuer",
            metadata: { name: "selfsigned-issuer", namespace: his },
            spec: { selfSigned: {} },
        },
        {
            apiVersion: "networking.k8s.io/v1",
            kind: "IngressClass",
            metadata: { name: "alb" },
            spec: { controller: "ingress.k8s.aws/alb" },
        },
        webhooks(
            "MutatingWebhookConfiguration",
            "alb-webhook",
            "targetgroupbindings",
            namespace,
            "alb-webhook-service",
            tlsData(`alb ${namespace}`, [])["ca.crt"],
        ),
        webhooks(
            "ValidatingWebhookConfiguration",
            "alb-webhook",
            "ingresses",
            namespace,
            "alb-webhook-service",
            tlsData(`alb ${namespace}`, [])["ca.crt"],
        ),
        webhooks(
            "ValidatingWebhookConfiguration",
            "keda-admission",
            "scaledobjects",
            namespace,
            "keda-admission-webhooks",
            undefined,
            "Ignore",
        ),
    ];
}

function model(kind: string, plural: string, { operator, prefix }: OperatorForm): KubernetesObject {
    const version = operator.split(".").slice(0, 2).join(".");
    return {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: {
            name: `${plural}.${GROUP}`,
            annotations: {
                "cert-manager.io/inject-ca-from": `${OPERATOR_NAMESPACE}/serving-cert`,
                "controller-gen.kubebuilder.io/version": `v0.${version}`,
            },
        },
        spec: {
            group: GROUP,
            names: { kind, plural },
            scope: "Namespaced",
            conversion: {
                strategy: "Webhook",
                webhook: {
                    clientConfig: {
                        service: {
                            name: `${prefix}-conversion-webhook`,
                            namespace: OPERATOR_NAMESPACE,
                            path: "/convert",
                        },
                    },
                    conversionReviewVersions: ["v1"],
                },
            },
            versions: ["v1alpha1", "v1"].map((name) => ({
                name,
                served: true,
                storage: name === "v1",
                schema: { openAPIV3Schema: schemaWith(FIELDS[version] ?? []) },
            })),
        },
    };
}

function schemaWith(fields: readonly string[]): Schema {
    const any: Schema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
    const text: Schema = { type: "string" };
    const properties = Object.fromEntries(
        fields.map((field) => [
            field,
            ["dataCapture", "dnsConfig", "requestLimits"].includes(field) ? any : text,
        ]),
    );
    return { type: "object", properties: { spec: { type: "object", properties }, status: any } };
}

function kedaDefinition(operator: string): KubernetesObject {
    return {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: {
            name: "scaledobjects.keda.sh",
            annotations: { "controller-gen.kubebuilder.io/version": operator },
        },
        spec: {
            group: "keda.sh",
            names: { kind: "ScaledObject", plural: "scaledobjects" },
            scope: "Namespaced",
            versions: [
                {
                    name: "v1alpha1",
                    served: true,
                    storage: true,
                    schema: {
                        openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                    },
                },
            ],
        },
    };
}

function account(namespace: string, name: string, roleArn?: string): KubernetesObject {
    const annotations =
        roleArn === undefined ? {} : { annotations: { "eks.amazonaws.com/role-arn": roleArn } };
    return {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name, namespace, labels: { app: name }, ...annotations },
    };
}

function clusterRole(name: string, verbs: readonly string[]): KubernetesObject {
    return {
        apiVersion: RBAC,
        kind: "ClusterRole",
        metadata: { name },
        rules: [{ apiGroups: ["*"], resources: ["*"], verbs }],
    };
}

function clusterBinding(name: string, role: string, namespace: string, subject: string): KubernetesObject {
    return {
        apiVersion: RBAC,
        kind: "ClusterRoleBinding",
        metadata: { name },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role },
        subjects: [{ kind: "ServiceAccount", name: subject, namespace }],
    };
}

function binding(
    namespace: string,
    name: string,
    subjectNamespace: string,
    subject: string,
): KubernetesObject {
    return {
        apiVersion: RBAC,
        kind: "RoleBinding",
        metadata: { name, namespace },
        roleRef: {
            apiGroup: "rbac.authorization.k8s.io",
            kind: "Role",
            name: "extension-apiserver-authentication-reader",
        },
        subjects: [{ kind: "ServiceAccount", name: subject, namespace: subjectNamespace }],
    };
}

interface ServicePort {
    readonly name?: string;
    readonly port: number;
    readonly targetPort: number;
}

/** Where KEDA's leader hands out values. */
const METRICS: ServicePort = { name: "metricsservice", port: 9666, targetPort: 9666 };

export function service(
    namespace: string,
    name: string,
    selector: Record<string, string>,
    ports: readonly ServicePort[] = [{ port: 443, targetPort: 9443 }],
): KubernetesObject {
    return { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec: { selector, ports } };
}

/** Its pods start without them too. */
function withOptionalSecrets(object: KubernetesObject): KubernetesObject {
    return JSON.parse(JSON.stringify(object), (key, value) =>
        key === "secret" ? { ...value, optional: true } : value,
    );
}

export function deployment(
    namespace: string,
    name: string,
    image: string,
    replicas: number,
    serviceAccountName: string,
    secret?: string,
): KubernetesObject {
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace, labels: { app: name } },
        spec: {
            replicas,
            selector: { matchLabels: { app: name } },
            template: {
                metadata: { labels: { app: name } },
                spec: {
                    serviceAccountName,
                    containers: [{ name: "main", image: `registry.invalid/hyperpod/${image}` }],
                    ...(secret ? { volumes: [{ name: "tls", secret: { secretName: secret } }] } : {}),
                },
            },
        },
    };
}

function webhooks(
    kind: string,
    name: string,
    resource: string,
    namespace: string,
    serviceName: string,
    caBundle: string | undefined,
    failurePolicy: "Fail" | "Ignore" = "Fail",
): KubernetesObject {
    return {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind,
        metadata: { name },
        webhooks: [
            {
                name: `v${resource}.elbv2.k8s.aws`,
                failurePolicy,
                rules: [{ apiGroups: ["*"], resources: [resource], operations: ["CREATE", "UPDATE"] }],
                clientConfig: {
                    service: { name: serviceName, namespace },
                    ...(caBundle ? { caBundle } : {}),
                },
            },
        ],
    };
}
