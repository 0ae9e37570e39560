// For people whose security team makes roles and buckets: everything is given, and the component installs only the add-on.
import * as pulumi from "@pulumi/pulumi";
import * as hyperpod from "pulumi-hyperpod-inference";

const config = new pulumi.Config();
const { Present } = hyperpod.DependencyMode;

const inference = new hyperpod.HyperPodInferenceAddon("inference", {
    clusterName: config.require("clusterName"),
    hyperpodClusterArn: config.require("hyperpodClusterArn"),
    oidcProviderArn: config.require("oidcProviderArn"),

    // The operator's role must be named SageMakerHyperPodInference…
    executionRoleArn: config.require("executionRoleArn"),
    albRoleArn: config.require("albRoleArn"),
    kedaRoleArn: config.require("kedaRoleArn"),
    jumpstartGatedModelDownloadRoleArn: config.require("gatedModelRoleArn"),
    tlsCertificateS3Bucket: config.require("tlsBucket"),

    // The VPC has its endpoint, the subnets their tags, and the cluster its drivers.
    s3Endpoint: false,
    tagSubnets: false,
    s3Csi: { mode: Present },
    fsxCsi: { mode: Present },
    certManager: { mode: Present },
    metricsServer: { mode: Present },

    addonVersion: config.get("addonVersion") ?? "v1.3.0-eksbuild.1",
    tags: { team: "ml-platform" },
});

export const addonArn = inference.addonArn;
export const status = inference.addonStatus;
