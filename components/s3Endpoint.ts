// The cluster's VPC gets a way to S3: a new gateway endpoint, or the missing route tables at the one that exists.
import * as pulumi from "@pulumi/pulumi";
import type { HyperPodInferenceAddonArgs } from "./args";
import { type Aws, aws } from "./aws";
import type { Cluster } from "./cluster";
import { known } from "./known";
import { ifThere, ownerTagKey, partMark } from "./owner";
import type { Part } from "./part";
import type { Scope } from "./scope";
import { findRouteTables } from "./subnets";

export function s3Endpoint(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    cluster: pulumi.Output<Cluster>,
    region: pulumi.Output<string>,
): Promise<Part> {
    return args.s3Endpoint === false
        ? Promise.resolve({ resources: [], adopted: [] })
        : decide(scope, args, cluster, region);
}

async function decide(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    cluster: pulumi.Output<Cluster>,
    region: pulumi.Output<string>,
): Promise<Part> {
    await scope.valuesChecked;
    const regionArgument =
        scope.region === undefined ? pulumi.output({}) : pulumi.output({ region: scope.region });
    const routeTableIds = args.routeTableIds
        ? pulumi.output(args.routeTableIds).apply((ids) => [...ids].sort())
        : pulumi
              .all([cluster, regionArgument])
              .apply(([{ vpcId, subnetIds }, where]) => findRouteTables(scope, vpcId, subnetIds, where));
    const given = args.s3EndpointId === undefined ? undefined : await known(pulumi.output(args.s3EndpointId));
    const facts = await known(pulumi.all([cluster, region, scope.owner, regionArgument]));
    const there = facts && (await findEndpoint(scope, given, facts[0].vpcId, facts[1], facts[2], facts[3]));
    if (!there || (facts && there.tags?.[ownerTagKey] === facts[2])) {
        const endpoint = new aws.ec2.VpcEndpoint(
            `${scope.name}-s3`,
            {
                vpcId: cluster.vpcId,
                serviceName: pulumi.interpolate`com.amazonaws.${region}.s3`,
                vpcEndpointType: "Gateway",
                routeTableIds,
                region: scope.region,
                tags: scope.tags,
            },
            scope.child(),
        );
        return { resources: [endpoint], adopted: [] };
    }
    const wanted = (await known(routeTableIds)) ?? [];
    return {
        resources: extend(scope, facts[2], there, wanted, cluster),
        adopted: [`S3 gateway endpoint ${there.id}`],
    };
}

/** Ours if there is one, else the one that exists. */
async function findEndpoint(
    scope: Scope,
    given: string | undefined,
    vpcId: string,
    region: string,
    owner: string,
    where: { region?: string },
): Promise<Aws.ec2.GetVpcEndpointResult | undefined> {
    if (given !== undefined) return aws.ec2.getVpcEndpoint({ id: given, ...where }, scope.lookUp);
    const wanted = {
        vpcId,
        serviceName: `com.amazonaws.${region}.s3`,
        ...where,
        filters: [
            { name: "vpc-endpoint-type", values: ["Gateway"] },
            { name: "vpc-endpoint-state", values: ["available", "pending"] },
        ],
    };
    const ours = await ifThere(
        aws.ec2.getVpcEndpoint({ ...wanted, tags: { [ownerTagKey]: owner } }, scope.lookUp),
    );
    return ours ?? ifThere(aws.ec2.getVpcEndpoint(wanted, scope.lookUp));
}

/** Adds the missing route tables to somebody else's endpoint. The mark on the endpoint, set first, says which ones are ours. */
function extend(
    scope: Scope,
    owner: string,
    endpoint: Aws.ec2.GetVpcEndpointResult,
    wanted: string[],
    cluster: pulumi.Output<Cluster>,
): pulumi.Resource[] {
    // Through the cluster, so that Pulumi knows what these depend on.
    const vpcEndpointId = cluster.apply(() => endpoint.id);
    return wanted
        .filter((id) => !endpoint.routeTableIds.includes(id) || endpoint.tags?.[partMark(id)] === owner)
        .flatMap((routeTableId) => {
            const name = `${scope.name}-s3-${routeTableId}`;
            const region = scope.region;
            const mark = new aws.ec2.Tag(
                name,
                { resourceId: vpcEndpointId, key: partMark(routeTableId), value: scope.owner, region },
                scope.child(),
            );
            const association = new aws.ec2.VpcEndpointRouteTableAssociation(
                name,
                { vpcEndpointId, routeTableId, region },
                scope.child({ dependsOn: [mark] }),
            );
            return [mark, association];
        });
}
