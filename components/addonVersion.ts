// An add-on's name comes in; which version it shall have, and whether somebody else owns it, goes out. Look-ups only.
import * as pulumi from "@pulumi/pulumi";
import { type Aws, aws } from "./aws";
import type { Cluster } from "./cluster";
import type { Scope } from "./componentScope";
import { ifThere } from "./ownerTag";

/** The add-on as it is now; undefined when it is not there. */
export function findAddon(
    scope: Scope,
    clusterName: string,
    addonName: string,
    where: { region?: string },
): Promise<Aws.eks.GetAddonResult | undefined> {
    return ifThere(aws.eks.getAddon({ clusterName, addonName, ...where }, scope.lookUp));
}

/** The version asked for; else the one that is there, because an upgrade is yours to ask for; else the newest compatible one. */
export function chooseVersion(
    scope: Scope,
    cluster: pulumi.Output<Cluster>,
    addonName: string,
    asked: pulumi.Input<string> | undefined,
    there: string | undefined,
    where: { region?: string },
): pulumi.Output<string> {
    if (asked !== undefined) return pulumi.output(asked);
    if (there !== undefined) return cluster.apply(() => there);
    return cluster.apply(async ({ version }) => {
        const request = { addonName, kubernetesVersion: version, mostRecent: true, ...where };
        return (await aws.eks.getAddonVersion(request, scope.lookUp)).version;
    });
}
