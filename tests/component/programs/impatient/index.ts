// The tests' program: quick-start with an operator add-on that has four seconds to become active.
import * as pulumi from "@pulumi/pulumi";
import * as hyperpod from "pulumi-hyperpod-inference";

const inference = new hyperpod.HyperPodInferenceAddon(
    "inference",
    { clusterName: new pulumi.Config().require("clusterName") },
    {
        transforms: [
            ({ name, props, opts }) =>
                name === "inference-operator"
                    ? { props, opts: { ...opts, customTimeouts: { create: "4s" } } }
                    : undefined,
        ],
    },
);

export const status = inference.addonStatus;
