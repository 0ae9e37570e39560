// For people whose cluster runs the HyperPod inference operator from its Helm chart: moves it to the EKS add-on, and back on `pulumi destroy`.
package main

import (
	hyperpod "github.com/pulumi-hyperpod-inference/pulumi-hyperpod-inference/sdk/go/hyperpodinference"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		move, err := hyperpod.NewHelmToAddonMigration(ctx, "move", &hyperpod.HelmToAddonMigrationArgs{
			ClusterName: pulumi.String(config.Require(ctx, "clusterName")),
		})
		if err != nil {
			return err
		}
		ctx.Export("phase", move.Phase)
		ctx.Export("addonVersion", move.AddonVersion)
		ctx.Export("pausedSeconds", move.PausedSeconds)
		return nil
	})
}
