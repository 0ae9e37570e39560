// The discovery for programs whose arguments come from other resources: Inputs in, an Output out.
import * as pulumi from "@pulumi/pulumi";
import type { DiscoverHelmInstallationArgs } from "./args";
import { discoverHelmInstallation } from "./discoverHelmInstallation";
import type { HelmInstallation } from "./helmInstallation";

/** Arguments of `discoverHelmInstallation`, each of which may come from another resource. */
export type DiscoverHelmInstallationOutputArgs = {
    readonly [Property in keyof DiscoverHelmInstallationArgs]: pulumi.Input<
        DiscoverHelmInstallationArgs[Property]
    >;
};

/** `discoverHelmInstallation` for Inputs. Looks at the cluster once all arguments are known, also in a preview. */
export function discoverHelmInstallationOutput(
    args: DiscoverHelmInstallationOutputArgs,
): pulumi.Output<HelmInstallation> {
    return pulumi
        .output(args)
        .apply((known) => discoverHelmInstallation(known as DiscoverHelmInstallationArgs));
}
