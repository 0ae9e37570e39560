"""For people whose cluster runs the HyperPod inference operator from its Helm chart: moves it to the EKS add-on, and back on `pulumi destroy`."""

import pulumi
import pulumi_hyperpod_inference as hyperpod

config = pulumi.Config()

move = hyperpod.HelmToAddonMigration("move", cluster_name=config.require("clusterName"))

pulumi.export("phase", move.phase)
pulumi.export("addonVersion", move.addon_version)
pulumi.export("pausedSeconds", move.paused_seconds)
