// A private cluster gets interface endpoints for the services that the operator, its pods and its nodes call.
import * as pulumi from "@pulumi/pulumi";
import type { HyperPodInferenceAddonArgs } from "./args";
import { aws } from "./aws";
import type { Cluster } from "./cluster";
import { known } from "./known";
import { ifThere, ownerTagKey } from "./owner";
import type { Part } from "./part";
import type { Scope } from "./scope";
import { findSubnets } from "./subnets";

const defaultServices = [
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "sts",
    "eks-auth",
    "logs",
    "monitoring",
    "elasticloadbalancing",
    "sagemaker.api",
];

export async function interfaceEndpoints(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    cluster: pulumi.Output<Cluster>,
    region: pulumi.Output<string>,
): Promise<Part> {
    if (args.privateCluster !== true) return { resources: [], adopted: [] };
    await scope.valuesChecked;
    const where = scope.region === undefined ? pulumi.output({}) : pulumi.output({ region: scope.region });
    const subnetIds = args.interfaceEndpointSubnetIds
        ? pulumi.output(args.interfaceEndpointSubnetIds)
        : pulumi.all([cluster, where]).apply(([{ subnetIds: ids }, at]) => onePerZone(scope, ids, at));
    const securityGroupIds =
        args.interfaceEndpointSecurityGroupIds ?? cluster.apply(({ securityGroupId }) => [securityGroupId]);
    const facts = await known(pulumi.all([cluster, region, scope.owner, where]));
    const parts = (args.interfaceEndpoints ?? defaultServices).map(async (service): Promise<Part> => {
        const there =
            facts && (await findEndpoint(scope, facts[0].vpcId, facts[1], service, facts[2], facts[3]));
        if (there && there.tags?.[ownerTagKey] !== facts[2]) {
            return { resources: [], adopted: [`${service} interface endpoint ${there.id}`] };
        }
        const endpoint = new aws.ec2.VpcEndpoint(
            `${scope.name}-${service}`,
            {
                vpcId: cluster.vpcId,
                serviceName: pulumi.interpolate`com.amazonaws.${region}.${service}`,
                vpcEndpointType: "Interface",
                privateDnsEnabled: true,
                subnetIds,
                securityGroupIds,
                region: scope.region,
                tags: scope.tags,
            },
            scope.child(),
        );
        return { resources: [endpoint], adopted: [] };
    });
    const all = await Promise.all(parts);
    return {
        resources: all.flatMap(({ resources }) => resources),
        adopted: all.flatMap(({ adopted }) => adopted),
    };
}

async function findEndpoint(
    scope: Scope,
    vpcId: string,
    region: string,
    service: string,
    owner: string,
    where: { region?: string },
) {
    const wanted = {
        vpcId,
        serviceName: `com.amazonaws.${region}.${service}`,
        ...where,
        filters: [
            { name: "vpc-endpoint-type", values: ["Interface"] },
            { name: "vpc-endpoint-state", values: ["available", "pending"] },
        ],
    };
    const ours = await ifThere(
        aws.ec2.getVpcEndpoint({ ...wanted, tags: { [ownerTagKey]: owner } }, scope.lookUp),
    );
    return ours ?? ifThere(aws.ec2.getVpcEndpoint(wanted, scope.lookUp));
}

/** AWS takes at most one subnet of a zone. */
async function onePerZone(scope: Scope, ids: string[], where: { region?: string }): Promise<string[]> {
    const subnets = await findSubnets(scope, [...ids].sort(), where);
    const zones = new Map<string, string>();
    for (const { id, zone } of subnets) if (!zones.has(zone)) zones.set(zone, id);
    return [...zones.values()];
}
