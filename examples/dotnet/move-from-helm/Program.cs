// For people whose cluster runs the HyperPod inference operator from its Helm chart: moves it to the EKS add-on, and back on `pulumi destroy`.
using System.Collections.Generic;
using Pulumi;
using Pulumi.HyperpodInference;

return await Deployment.RunAsync(() =>
{
    var config = new Config();

    var move = new HelmToAddonMigration("move", new()
    {
        ClusterName = config.Require("clusterName"),
    });

    return new Dictionary<string, object?>
    {
        ["phase"] = move.Phase,
        ["addonVersion"] = move.AddonVersion,
        ["pausedSeconds"] = move.PausedSeconds,
    };
});
