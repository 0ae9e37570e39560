// For people with a HyperPod EKS cluster who want to serve models: everything that the inference operator needs, from the cluster's name.
import * as pulumi from "@pulumi/pulumi";
import * as hyperpod from "pulumi-hyperpod-inference-sdk";

const config = new pulumi.Config();

const inference = new hyperpod.HyperPodInferenceAddon("inference", {
    clusterName: config.require("clusterName"),
});

export const addonArn = inference.addonArn;
export const addonVersion = inference.addonVersion;
export const status = inference.addonStatus;
export const healthIssues = inference.healthIssues;
export const tlsBucketName = inference.tlsBucketName;
export const adopted = inference.adopted;
