// For people who make the EKS cluster in the same program: what only the update will know is waited for, not guessed.
import * as eks from "@pulumi/eks";
import * as pulumi from "@pulumi/pulumi";
import * as hyperpod from "pulumi-hyperpod-inference";

const config = new pulumi.Config();

const cluster = new eks.Cluster("demo", {
    authenticationMode: eks.AuthenticationMode.Api,
    createOidcProvider: true,
});

const inference = new hyperpod.HyperPodInferenceAddon("inference", {
    clusterName: cluster.eksCluster.name,
    oidcProviderArn: cluster.oidcProviderArn,
    // The HyperPod cluster that is attached to this EKS cluster, made by its own stack.
    hyperpodClusterArn: config.require("hyperpodClusterArn"),
});

export const kubeconfig = pulumi.secret(cluster.kubeconfig);
export const addonArn = inference.addonArn;
