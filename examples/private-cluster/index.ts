// For people whose nodes have no way to the internet: interface endpoints for what the operator calls, beside the S3 gateway endpoint.
import * as pulumi from "@pulumi/pulumi";
import * as hyperpod from "pulumi-hyperpod-inference";

const config = new pulumi.Config();

const inference = new hyperpod.HyperPodInferenceAddon("inference", {
    clusterName: config.require("clusterName"),
    privateCluster: true,
    // Endpoints that exist are found and left alone; add what your models call, like secretsmanager.
    interfaceEndpoints: [
        "ec2",
        "ecr.api",
        "ecr.dkr",
        "sts",
        "eks-auth",
        "logs",
        "monitoring",
        "elasticloadbalancing",
        "sagemaker.api",
    ],
    rolePath: "/ml/",
    installTimeoutMinutes: 40,
});

export const adopted = inference.adopted;
export const status = inference.addonStatus;
