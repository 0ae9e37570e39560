// For people with a HyperPod EKS cluster who want to serve models: everything that the inference operator needs, from the cluster's name.
using System.Collections.Generic;
using Pulumi;
using Pulumi.HyperpodInference;

return await Deployment.RunAsync(() =>
{
    var config = new Config();

    var inference = new HyperPodInferenceAddon("inference", new()
    {
        ClusterName = config.Require("clusterName"),
    });

    return new Dictionary<string, object?>
    {
        ["addonArn"] = inference.AddonArn,
        ["addonVersion"] = inference.AddonVersion,
        ["status"] = inference.AddonStatus,
        ["healthIssues"] = inference.HealthIssues,
        ["tlsBucketName"] = inference.TlsBucketName,
        ["adopted"] = inference.Adopted,
    };
});
