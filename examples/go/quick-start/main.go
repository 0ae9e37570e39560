// For people with a HyperPod EKS cluster who want to serve models: everything that the inference operator needs, from the cluster's name.
package main

import (
	hyperpod "github.com/pulumi-hyperpod-inference/pulumi-hyperpod-inference/sdk/go/hyperpodinference"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		inference, err := hyperpod.NewHyperPodInferenceAddon(ctx, "inference", &hyperpod.HyperPodInferenceAddonArgs{
			ClusterName: pulumi.String(config.Require(ctx, "clusterName")),
		})
		if err != nil {
			return err
		}
		ctx.Export("addonArn", inference.AddonArn)
		ctx.Export("addonVersion", inference.AddonVersion)
		ctx.Export("status", inference.AddonStatus)
		ctx.Export("healthIssues", inference.HealthIssues)
		ctx.Export("tlsBucketName", inference.TlsBucketName)
		ctx.Export("adopted", inference.Adopted)
		return nil
	})
}
