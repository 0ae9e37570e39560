// The cluster's name comes in; what AWS knows about it goes out. Look-ups only, through the user's aws provider.

import * as pulumi from "@pulumi/pulumi";
import { nearest } from "../common/nearest";
import type { HyperPodInferenceAddonArgs } from "./args";
import { toldOnce } from "./argumentErrors";
import { aws } from "./aws";
import { internalsOf } from "./knownValue";
import { isNoCluster, withMoreOnFailure } from "./lookUps";

export interface Cluster {
    name: string;
    arn: string;
    /** Kubernetes version, like 1.34. */
    version: string;
    /** URL of the OIDC issuer. */
    issuer: string;
    vpcId: string;
    subnetIds: string[];
    securityGroupId: string;
}

/** Unknown in a preview while the cluster itself is still to be made. */
export function findCluster(
    args: HyperPodInferenceAddonArgs,
    lookUp: pulumi.InvokeOptions,
): pulumi.Output<Cluster> {
    const where = args.region ? { region: args.region } : {};
    const found = withMoreOnFailure(
        aws.eks.getClusterOutput({ name: args.clusterName, ...where }, lookUp),
        (error) => suggestName(error, pulumi.output(args.clusterName), where, lookUp),
    );
    return found.apply((cluster) => {
        const issuer = cluster.identities[0]?.oidcs[0]?.issuer;
        if (!issuer) {
            throw new Error(
                `The EKS cluster ${cluster.name} has no OIDC issuer yet. Wait until it is ACTIVE, then run pulumi up again.`,
            );
        }
        return {
            name: cluster.name,
            arn: cluster.arn,
            version: cluster.version,
            issuer,
            vpcId: cluster.vpcConfig.vpcId,
            subnetIds: cluster.vpcConfig.subnetIds,
            securityGroupId: cluster.vpcConfig.clusterSecurityGroupId,
        };
    });
}

/** Region, partition and account of the aws provider in use. */
export function findPlace(args: HyperPodInferenceAddonArgs, lookUp: pulumi.InvokeOptions) {
    const region = args.region
        ? pulumi.output(args.region)
        : aws.getRegionOutput({}, lookUp).apply(({ region: id, name }) => id ?? name);
    const partition = aws.getPartitionOutput({}, lookUp).partition;
    const accountId = aws.getCallerIdentityOutput({}, lookUp).accountId;
    return { region, partition, accountId };
}

/** Who may not list clusters is told all the same that there is none of this name. */
async function suggestName(
    error: Error,
    wanted: pulumi.Output<string>,
    where: { region?: pulumi.Input<string> },
    lookUp: pulumi.InvokeOptions,
): Promise<void> {
    if (!isNoCluster(error.message)) return;
    const names = aws.eks.getClustersOutput(where, lookUp).names;
    const meant = await internalsOf(pulumi.all([wanted, names]))
        .promise()
        .then(
            ([name, all]) => nearest(name, all),
            () => undefined,
        );
    // Read as late as this: the error may have been made readable meanwhile.
    if (meant !== undefined)
        toldOnce(error, error.message.replace(/(?=\nnext: |$)/, `; did you mean ${meant}?`));
}
