// For people who deploy models with Pulumi too: the model waits until the operator is healthy, and goes before it on destroy.
import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as hyperpod from "pulumi-hyperpod-inference";

const config = new pulumi.Config();
const clusterName = config.require("clusterName");

const inference = new hyperpod.HyperPodInferenceAddon("inference", { clusterName });

const cluster = aws.eks.getClusterOutput({ name: clusterName });
const provider = new kubernetes.Provider("cluster", {
    kubeconfig: pulumi.jsonStringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "cluster",
        contexts: [{ name: "cluster", context: { cluster: "cluster", user: "aws" } }],
        clusters: [
            {
                name: "cluster",
                cluster: {
                    server: cluster.endpoint,
                    "certificate-authority-data": cluster.certificateAuthorities.apply(
                        (all) => all?.[0]?.data,
                    ),
                },
            },
        ],
        users: [
            {
                name: "aws",
                user: {
                    exec: {
                        apiVersion: "client.authentication.k8s.io/v1beta1",
                        command: "aws",
                        args: ["eks", "get-token", "--cluster-name", clusterName],
                    },
                },
            },
        ],
    }),
});

new kubernetes.apiextensions.CustomResource(
    "model",
    {
        apiVersion: "inference.sagemaker.aws.amazon.com/v1",
        kind: "JumpStartModel",
        metadata: { name: "deepseek", namespace: "default" },
        spec: {
            model: { modelId: "deepseek-llm-r1-distill-qwen-1-5b" },
            server: { instanceType: "ml.g5.8xlarge" },
            sageMakerEndpoint: { name: "deepseek" },
            // Certificates of the model go where the operator may write.
            tlsConfig: { tlsCertificateOutputS3Uri: pulumi.interpolate`s3://${inference.tlsBucketName}` },
        },
    },
    { provider, dependsOn: [inference] },
);

export const status = inference.addonStatus;
