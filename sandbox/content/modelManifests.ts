// In: an installation. Out: the three models and the registration that its users wrote, as data. Creates nothing.
import type { HelmInstallation } from "./installation";

export const inferenceGroup = "inference.sagemaker.aws.amazon.com";

export interface ModelSpec {
    kind: "InferenceEndpointConfig" | "JumpStartModel";
    name: string;
    namespace: string;
    /** Where the operator put the certificate of this model. */
    bucket: string;
    replicas: number;
    /** Where the operator puts its ingress: beside the model, which owns it, or in its own namespace, where a model elsewhere cannot. */
    ingressNamespace?: string;
    spec: Record<string, unknown>;
}

const hostedZone = { hostedZoneId: "Z0123456789ABCDEFGHIJ" };

export function modelSpecs(installation: HelmInstallation, region: string): ModelSpec[] {
    const { tlsBucket, otherTlsBucket } = installation;
    return [
        {
            kind: "InferenceEndpointConfig",
            name: "llama8b",
            namespace: "team-a",
            bucket: tlsBucket,
            replicas: 2,
            spec: {
                modelName: "llama-3-1-8b-instruct",
                endpointName: "llama8b",
                instanceTypes: ["ml.g5.8xlarge", "ml.g5.12xlarge"],
                invocationEndpoint: "v1/chat/completions",
                modelSourceConfig: {
                    modelSourceType: "huggingface",
                    prefetchEnabled: true,
                    huggingFaceModel: {
                        modelId: "meta-llama/Llama-3.1-8B-Instruct",
                        tokenSecretRef: { name: "hugging-face", key: "token" },
                    },
                },
                tlsConfig: { tlsCertificateOutputS3Uri: `s3://${tlsBucket}` },
                dataCapture: dataCapture(`s3://${tlsBucket}/data-capture/llama8b`),
                dnsConfig: hostedZone,
                kubernetes: {
                    serviceAccountName: "hyperpod-inference-service-account-llama8b",
                    volumes: [{ name: "scratch", emptyDir: { sizeLimit: "20Gi" } }],
                },
                autoScalingSpec: autoScaling("llama8b"),
                metrics: { enabled: true },
                worker: worker({ requestLimits: { maxConcurrentRequests: 64, maxQueueSize: 128 } }),
            },
        },
        {
            kind: "InferenceEndpointConfig",
            name: "deepseek15b",
            namespace: "team-b",
            bucket: otherTlsBucket,
            replicas: 1,
            spec: {
                modelName: "deepseek-r1-distill-qwen-1-5b",
                endpointName: "deepseek15b",
                instanceType: "ml.g5.8xlarge",
                modelSourceConfig: {
                    modelSourceType: "s3",
                    modelLocation: "deepseek15b",
                    s3Storage: { bucketName: "acme-models", region },
                },
                tlsConfig: {
                    tlsCertificateOutputS3Uri: `s3://${otherTlsBucket}/deepseek15b/`,
                },
                dataCapture: dataCapture(`s3://${otherTlsBucket}/data-capture`),
                dnsConfig: hostedZone,
                pdSpec: {
                    prefillSpec: { replicas: 1, args: ["--max-num-seqs=16"] },
                    decodingSpec: { replicas: 1 },
                    routingThreshold: 2048,
                },
                autoScalingSpec: autoScaling("deepseek15b"),
                worker: worker({}),
            },
        },
        {
            kind: "JumpStartModel",
            name: "mistral7b",
            namespace: "team-a",
            bucket: tlsBucket,
            replicas: 1,
            ingressNamespace: "hyperpod-inference-system",
            spec: {
                model: {
                    acceptEula: true,
                    modelId: "huggingface-llm-mistral-7b-instruct",
                    modelVersion: "3.1.0",
                    gatedModelDownloadRole: installation.roles.gated,
                },
                sageMakerEndpoint: { name: "mistral7b" },
                server: { instanceType: "ml.g5.8xlarge", executionRole: installation.roles.execution },
                tlsConfig: { tlsCertificateOutputS3Uri: `s3://${tlsBucket}/certificates` },
                dataCapture: dataCapture(`s3://${tlsBucket}/data-capture/mistral7b`),
                autoScalingSpec: autoScaling("mistral7b"),
                environmentVariables: [{ name: "MAX_INPUT_LENGTH", value: "4096" }],
            },
        },
    ];
}

function dataCapture(s3Uri: string): object {
    return {
        s3Uri,
        sagemakerEndpoint: {
            enabled: true,
            initialSamplingPercentage: 20,
            captureOptions: [{ captureMode: "Input" }, { captureMode: "Output" }],
        },
        modelPod: { enabled: true, bufferConfig: { batchSize: 25, flushIntervalSeconds: 30 } },
    };
}

function autoScaling(name: string): object {
    const dimensions = [{ name: "EndpointName", value: name }];
    return {
        minReplicaCount: 1,
        maxReplicaCount: 4,
        cloudWatchTrigger: {
            name: "invocations",
            namespace: "AWS/SageMaker",
            metricName: "Invocations",
            targetValue: 100,
            dimensions,
        },
    };
}

function worker(more: object): object {
    return {
        image: "registry.invalid/hyperpod/model-server:0.9",
        environmentVariables: [{ name: "MODEL_CACHE_ROOT", value: "/opt/ml/model" }],
        modelInvocationPort: { containerPort: 8080, name: "http" },
        modelVolumeMount: { name: "model-weights", mountPath: "/opt/ml/model" },
        resources: { requests: { cpu: "4", memory: "16Gi" }, limits: { "nvidia.com/gpu": 1 } },
        ...more,
    };
}
