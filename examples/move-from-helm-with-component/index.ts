// For people who run the operator from its Helm chart and want roles and network in Pulumi as well: the same component, and a move.
import * as pulumi from "@pulumi/pulumi";
import * as hyperpod from "pulumi-hyperpod-inference";

const config = new pulumi.Config();

const inference = new hyperpod.HyperPodInferenceAddon("inference", {
    clusterName: config.require("clusterName"),
    migrateFromHelm: {
        // `pulumi config set owner Helm` and `pulumi up` put the Helm installation back.
        desiredOwner: config.get("owner") === "Helm" ? hyperpod.Owner.Helm : hyperpod.Owner.Addon,
    },
});

export const plan = inference.migrationPlan;
export const phase = inference.migrationPhase;
export const addonVersion = inference.addonVersion;
