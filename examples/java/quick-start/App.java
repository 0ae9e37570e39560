// For people with a HyperPod EKS cluster who want to serve models: everything that the inference operator needs, from the cluster's name.
package app;

import com.pulumi.Pulumi;
import com.pulumi.hyperpodinference.HyperPodInferenceAddon;
import com.pulumi.hyperpodinference.HyperPodInferenceAddonArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var inference = new HyperPodInferenceAddon("inference", HyperPodInferenceAddonArgs.builder()
                .clusterName(ctx.config().require("clusterName"))
                .build());

            ctx.export("addonArn", inference.addonArn());
            ctx.export("addonVersion", inference.addonVersion());
            ctx.export("status", inference.addonStatus());
            ctx.export("healthIssues", inference.healthIssues());
            ctx.export("tlsBucketName", inference.tlsBucketName());
            ctx.export("adopted", inference.adopted());
        });
    }
}
