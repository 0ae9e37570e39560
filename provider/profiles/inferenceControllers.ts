// The controllers of the inference operator's chart and add-on, with the signs by which each is known under any name (chart 2.0 to 2.2 with load balancer controller 1.13 and KEDA 2.17, add-on 1.x).
import { AskedFor, type ControllerSigns } from "./controllerSigns";

export const INFERENCE_GROUP = "inference.sagemaker.aws.amazon.com";

const KEDA = "KEDA";
const KEDA_CHART = /^keda(-\d.*)?$/;

export const inferenceControllers: readonly ControllerSigns[] = [
    {
        component: "operator",
        startUpSeconds: 180,
        handover: { askedFor: AskedFor.Conversion, service: "hyperpod-inference-conversion-webhook" },
        image: /^hyperpod-inference-operator$/,
        names: /^hyperpod-inference(-operator)?-controller-manager$/,
        serves: { webhooksOf: [INFERENCE_GROUP] },
    },
    {
        component: "load balancer controller",
        startUpSeconds: 10,
        handover: { askedFor: AskedFor.Admission, service: "alb-webhook-service" },
        image: /^aws-load-balancer-controller$/,
        chart: { name: /^(alb|aws-load-balancer-controller)(-\d.*)?$/ },
        accounts: /^aws-load-balancer-controller$/,
        names: /^(hyperpod-inference(-operator)?-alb|aws-load-balancer-controller)$/,
        enabledBy: "alb.enabled",
        serves: { webhooksOf: ["elbv2.k8s.aws"] },
    },
    {
        component: KEDA,
        startUpSeconds: 20,
        handover: { askedFor: AskedFor.Signature, service: "keda-operator" },
        // The public image is called as the project.
        image: /^keda(-operator)?$/,
        chart: { name: KEDA_CHART, part: /^(?!.*(metrics|webhook))/ },
        names: /^keda-operator$/,
        enabledBy: "keda.enabled",
        serves: {},
    },
    {
        component: "KEDA metrics",
        startUpSeconds: 5,
        handover: {
            askedFor: AskedFor.Signed,
            service: "keda-operator-metrics-apiserver",
            signedBy: KEDA,
        },
        image: /^keda-metrics-apiserver$/,
        chart: { name: KEDA_CHART, part: /metrics/ },
        accounts: /^keda-metrics-server$/,
        names: /^keda-operator-metrics-apiserver$/,
        enabledBy: "keda.enabled",
        serves: { apiService: "v1beta1.external.metrics.k8s.io" },
    },
    {
        component: "KEDA admission",
        startUpSeconds: 20,
        handover: { askedFor: AskedFor.Signed, service: "keda-admission-webhooks", signedBy: KEDA },
        image: /^keda-admission-webhooks$/,
        chart: { name: KEDA_CHART, part: /webhook/ },
        accounts: /^keda-webhook$/,
        names: /^keda-admission-webhooks$/,
        enabledBy: "keda.enabled",
        serves: { webhooksOf: ["keda.sh"] },
    },
];
