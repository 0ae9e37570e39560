// For people whose cluster runs the HyperPod inference operator from its Helm chart: moves it to the EKS add-on, and back on `pulumi destroy`.
package app;

import com.pulumi.Pulumi;
import com.pulumi.hyperpodinference.HelmToAddonMigration;
import com.pulumi.hyperpodinference.HelmToAddonMigrationArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(ctx -> {
            var move = new HelmToAddonMigration("move", HelmToAddonMigrationArgs.builder()
                .clusterName(ctx.config().require("clusterName"))
                .build());

            ctx.export("phase", move.phase());
            ctx.export("addonVersion", move.addonVersion());
            ctx.export("pausedSeconds", move.pausedSeconds());
        });
    }
}
