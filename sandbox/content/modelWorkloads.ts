// In: a custom resource that exists. Out: what the operator makes of it in the cluster, owned by it. Writes nothing.
import type { ClusterObject } from "./clusterObjects";
import type { ModelSpec } from "./modelManifests";

export function ingressName(model: Pick<ModelSpec, "name" | "namespace">): string {
    return `alb-${model.name}-${model.namespace}`;
}

export function workloads(model: ModelSpec, owner: ClusterObject): ClusterObject[] {
    const { name, namespace } = model;
    const labels = { app: name, "deploying-service": "hyperpod-inference" };
    const metadata = (own: string) => ({ name: own, namespace, labels, ownerReferences: [reference(owner)] });
    const port = 8080;
    return [
        {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: metadata(name),
            spec: {
                replicas: model.replicas,
                selector: { matchLabels: { app: name } },
                template: {
                    metadata: { labels },
                    spec: {
                        containers: [
                            {
                                name: "model",
                                image: "registry.invalid/hyperpod/model-server:0.9",
                                ports: [{ name: "http", containerPort: port }],
                                resources: { requests: { cpu: "1", memory: "2Gi" } },
                            },
                        ],
                    },
                },
            },
        },
        {
            apiVersion: "v1",
            kind: "Service",
            metadata: metadata(`${name}-routing-service`),
            spec: { selector: { app: name }, ports: [{ name: "https", port: 443, targetPort: port }] },
        },
        {
            apiVersion: "keda.sh/v1alpha1",
            kind: "TriggerAuthentication",
            metadata: metadata(`${name}-aws`),
            spec: { podIdentity: { provider: "aws", identityOwner: "keda" } },
        },
        {
            apiVersion: "keda.sh/v1alpha1",
            kind: "ScaledObject",
            metadata: { ...metadata(`${name}-scaler`), finalizers: ["finalizer.keda.sh"] },
            spec: {
                scaleTargetRef: { name },
                minReplicaCount: 1,
                maxReplicaCount: 4,
                triggers: [
                    {
                        type: "aws-cloudwatch",
                        authenticationRef: { name: `${name}-aws` },
                        metadata: {
                            namespace: "AWS/SageMaker",
                            metricName: "Invocations",
                            dimensionName: "EndpointName",
                            dimensionValue: name,
                            targetMetricValue: "100",
                            minMetricValue: "0",
                        },
                    },
                ],
            },
        },
    ];
}

export function ingress(model: ModelSpec, owner: ClusterObject, certificateArn: string): ClusterObject {
    const { name, namespace, ingressNamespace = namespace } = model;
    return {
        apiVersion: "networking.k8s.io/v1",
        kind: "Ingress",
        metadata: {
            name: ingressName(model),
            namespace: ingressNamespace,
            ...(ingressNamespace === namespace ? { ownerReferences: [reference(owner)] } : {}),
            annotations: {
                "alb.ingress.kubernetes.io/scheme": "internal",
                "alb.ingress.kubernetes.io/target-type": "ip",
                "alb.ingress.kubernetes.io/listen-ports": '[{"HTTPS":443}]',
                "alb.ingress.kubernetes.io/certificate-arn": certificateArn,
            },
        },
        spec: {
            ingressClassName: "alb",
            rules: [{ http: { paths: [path(`${name}-routing-service`)] } }],
        },
    };
}

export function path(service: string): object {
    return { path: "/", pathType: "Prefix", backend: { service: { name: service, port: { number: 443 } } } };
}

function reference(owner: ClusterObject): object {
    const { apiVersion, kind, metadata } = owner;
    return {
        apiVersion,
        kind,
        name: metadata.name,
        uid: metadata.uid,
        controller: true,
        blockOwnerDeletion: true,
    };
}
