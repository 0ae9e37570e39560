// The cluster's VPC gets a way to S3: a new gateway endpoint, or the missing route tables at the one that exists.
import * as pulumi from "@pulumi/pulumi";
import type { HyperPodInferenceAddonArgs } from "./args";
import { type Aws, aws } from "./aws";
import type { Cluster } from "./cluster";
import type { Scope } from "./componentScope";
import { EndpointType, endpointServiceName } from "./endpointServices";
import { known } from "./knownValue";
import { ifThere, ownerTagKey, partMark, SeveralFound } from "./ownerTag";
import type { ComponentPart } from "./partResult";
import { findRouteTables } from "./subnets";
import { refuse } from "./validateArgs";

export function s3Endpoint(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    cluster: pulumi.Output<Cluster>,
    region: pulumi.Output<string>,
): Promise<ComponentPart> {
    return args.s3Endpoint === false
        ? Promise.resolve({ resources: [], adopted: [] })
        : decide(scope, args, cluster, region);
}

async function decide(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    cluster: pulumi.Output<Cluster>,
    region: pulumi.Output<string>,
): Promise<ComponentPart> {
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
    const wanted = await known(routeTableIds);
    const place = facts && { vpcId: facts[0].vpcId, region: facts[1], where: facts[3] };
    const found = place && (await findEndpoint(scope, given, place, facts[2]));
    if (place !== undefined && found instanceof SeveralFound) return useSeveral(scope, place, wanted);
    const there = found instanceof SeveralFound ? undefined : found;
    // The only one of the VPC, and somebody else's: no other serves a route table.
    const isOnly = given === undefined && there?.tags?.[ownerTagKey] !== facts?.[2];
    const elsewhere =
        isOnly || place === undefined || there === undefined || wanted === undefined
            ? []
            : await servedElsewhere(
                  scope,
                  wanted.filter((id) => !there.routeTableIds.includes(id)),
                  place,
              );
    const isOpen = (id: string) => !elsewhere.includes(id);
    if (there === undefined || facts === undefined || there.tags?.[ownerTagKey] === facts[2]) {
        const endpoint = new aws.ec2.VpcEndpoint(
            `${scope.name}-s3`,
            {
                vpcId: cluster.vpcId,
                serviceName: pulumi
                    .all([region, regionArgument])
                    .apply(([at, where]) =>
                        endpointServiceName(scope, at, "s3", EndpointType.Gateway, where),
                    ),
                vpcEndpointType: "Gateway",
                routeTableIds: routeTableIds.apply((ids) => ids.filter(isOpen)),
                region: scope.region,
                tags: scope.tags,
            },
            scope.child(),
        );
        return { resources: [endpoint], adopted: [] };
    }
    return {
        resources: extend(scope, facts[2], there, (wanted ?? []).filter(isOpen), cluster),
        adopted: [`S3 gateway endpoint ${there.id}`],
    };
}

interface Place {
    readonly vpcId: string;
    readonly region: string;
    readonly where: { region?: string };
}

/** A route table has one way to S3: those that another endpoint serves are left to it. */
async function servedElsewhere(scope: Scope, tables: string[], { vpcId, region, where }: Place) {
    if (tables.length === 0) return [];
    const name = await endpointServiceName(scope, region, "s3", EndpointType.Gateway, where);
    const { id } = await aws.ec2.getPrefixList({ name, ...where }, scope.lookUp);
    const filters = [{ name: "route.destination-prefix-list-id", values: [id] }];
    const { ids } = await aws.ec2.getRouteTables({ vpcId, filters, ...where }, scope.lookUp);
    return tables.filter((table) => ids.includes(table));
}

/** Where they serve all route tables there is nothing to choose. */
async function useSeveral(scope: Scope, place: Place, wanted: string[] | undefined): Promise<ComponentPart> {
    const served = await servedElsewhere(scope, wanted ?? [], place);
    const open = (wanted ?? []).filter((id) => !served.includes(id));
    const which = open.length > 0 ? `none serves ${open.join(", ")}` : "the route tables are not known yet";
    if (wanted === undefined || open.length > 0)
        refuse(`The way to S3 of HyperPodInferenceAddon ${JSON.stringify(scope.name)} is not clear`, [
            {
                propertyPath: "s3EndpointId",
                reason: `the VPC ${place.vpcId} has several gateway endpoints for S3, and ${which}: name the one that shall`,
            },
        ]);
    return { resources: [], adopted: ["S3 gateway endpoints of the VPC"] };
}

/** Ours if there is one, else the one that exists. */
async function findEndpoint(
    scope: Scope,
    given: string | undefined,
    { vpcId, region, where }: Place,
    owner: string,
): Promise<Aws.ec2.GetVpcEndpointResult | SeveralFound | undefined> {
    if (given !== undefined) return aws.ec2.getVpcEndpoint({ id: given, ...where }, scope.lookUp);
    const wanted = {
        vpcId,
        serviceName: await endpointServiceName(scope, region, "s3", EndpointType.Gateway, where),
        ...where,
        filters: [
            { name: "vpc-endpoint-type", values: ["Gateway"] },
            { name: "vpc-endpoint-state", values: ["available", "pending"] },
        ],
    };
    const ours = await ifThere(
        aws.ec2.getVpcEndpoint({ ...wanted, tags: { [ownerTagKey]: owner } }, scope.lookUp),
    );
    if (ours !== undefined) return ours;
    return ifThere(aws.ec2.getVpcEndpoint(wanted, scope.lookUp)).catch((error: Error) => {
        if (error instanceof SeveralFound) return error;
        throw error;
    });
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
