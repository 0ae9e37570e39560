"""The tests' program: the component with an aws provider of the program's own, whose arguments come in as OWN_PROVIDER (JSON)."""

import json
import os

import pulumi
import pulumi_hyperpod_inference as hyperpod

config = pulumi.Config()
given = json.loads(os.environ["OWN_PROVIDER"])

# As Pulumi's own SDK for AWS sends them: lists as JSON texts.
aws = pulumi.ProviderResource(
    "aws",
    "own",
    {
        "region": given["region"],
        "profile": given.get("profile"),
        **{name: pulumi.Output.secret(value) for name, value in given.get("keys", {}).items()},
        "assumeRoles": json.dumps(given["assumeRoles"]),
        "endpoints": json.dumps([given["endpoints"]]),
    },
)
inference = hyperpod.HyperPodInferenceAddon(
    "inference",
    cluster_name=config.require("clusterName"),
    opts=pulumi.ResourceOptions(providers=[aws]),
)

pulumi.export("status", inference.addon_status)
pulumi.export("healthIssues", inference.health_issues)
