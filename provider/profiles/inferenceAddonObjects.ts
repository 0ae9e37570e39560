// What the add-on applies under names that others may have given before: names alone, from the chart and from what add-ons 1.x were seen to make. EKS writes over what is there.
import { OPERATOR_NAMESPACE } from "../../common/operatorNames";
import type { ObjectRef } from "../ports/world";

const named =
    (apiVersion: string, kind: string, namespace?: string) =>
    (...names: string[]): ObjectRef[] =>
        names.map((name) => ({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }));

const RBAC = "rbac.authorization.k8s.io/v1";
const HERE = OPERATOR_NAMESPACE;
const OPERATOR = "hyperpod-inference";

export const inferenceAddonObjects: readonly ObjectRef[] = [
    ...named("v1", "ServiceAccount", HERE)(
        `${OPERATOR}-controller-manager`,
        "aws-load-balancer-controller",
        "keda-operator",
        "keda-metrics-server",
        "keda-webhook",
    ),
    ...named("v1", "Service", HERE)(
        `${OPERATOR}-controller-manager-metrics-service`,
        `${OPERATOR}-conversion-webhook`,
        "alb-webhook-service",
        "keda-operator",
        "keda-operator-metrics-apiserver",
        "keda-admission-webhooks",
    ),
    ...named("apps/v1", "Deployment", HERE)(
        `${OPERATOR}-controller-manager`,
        `${OPERATOR}-alb`,
        "keda-operator",
        "keda-operator-metrics-apiserver",
        "keda-admission-webhooks",
    ),
    ...named(RBAC, "ClusterRole")(
        `${OPERATOR}-manager-role`,
        `${OPERATOR}-alb-role`,
        "keda-operator",
        "keda-operator-minimal-cluster-role",
        "keda-operator-external-metrics-reader",
        "keda-operator-webhook",
    ),
    ...named(RBAC, "ClusterRoleBinding")(
        `${OPERATOR}-manager-rolebinding`,
        `${OPERATOR}-alb-rolebinding`,
        "keda-operator",
        "keda-operator-minimal",
        "keda-operator-system-auth-delegator",
        "keda-operator-hpa-controller-external-metrics",
        "keda-operator-webhook",
    ),
    ...["Role", "RoleBinding"].flatMap((kind) =>
        named(RBAC, kind, HERE)(
            `${OPERATOR}-leader-election-${kind.toLowerCase()}`,
            `${OPERATOR}-alb-leader-election-${kind.toLowerCase()}`,
            "keda-operator-certs",
        ),
    ),
    ...named(RBAC, "RoleBinding", "kube-system")("keda-operator-auth-reader"),
    ...named("cert-manager.io/v1", "Certificate", HERE)("serving-cert"),
    ...named("cert-manager.io/v1", "Issuer", HERE)("selfsigned-issuer"),
    ...named("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration")("alb-webhook"),
    ...named("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration")(
        "alb-webhook",
        "keda-admission",
    ),
    ...named("apiregistration.k8s.io/v1", "APIService")("v1beta1.external.metrics.k8s.io"),
    ...named("networking.k8s.io/v1", "IngressClass")("alb"),
    ...named("elbv2.k8s.aws/v1beta1", "IngressClassParams")("alb"),
];
