// For people whose cluster runs the HyperPod inference operator from its Helm chart: moves it to the EKS add-on, and back on `pulumi destroy`.
import * as pulumi from "@pulumi/pulumi";
import * as hyperpod from "pulumi-hyperpod-inference-sdk";

const config = new pulumi.Config();

const move = new hyperpod.HelmToAddonMigration("move", {
    clusterName: config.require("clusterName"),
});

export const phase = move.phase;
export const addonVersion = move.addonVersion;
export const pausedSeconds = move.pausedSeconds;
