"""For people with a HyperPod EKS cluster who want to serve models: everything that the inference operator needs, from the cluster's name."""

import pulumi
import pulumi_hyperpod_inference as hyperpod

config = pulumi.Config()

inference = hyperpod.HyperPodInferenceAddon("inference", cluster_name=config.require("clusterName"))

pulumi.export("addonArn", inference.addon_arn)
pulumi.export("addonVersion", inference.addon_version)
pulumi.export("status", inference.addon_status)
pulumi.export("healthIssues", inference.health_issues)
pulumi.export("tlsBucketName", inference.tls_bucket_name)
pulumi.export("adopted", inference.adopted)
