// A private cluster gets interface endpoints for the services that the operator, its pods and its nodes call.
import * as pulumi from "@pulumi/pulumi";
import type { HyperPodInferenceAddonArgs } from "./args";
import { aws } from "./aws";
import type { Cluster } from "./cluster";
import type { Scope } from "./componentScope";
import { defaultServices, EndpointType, endpointServiceName, findEndpointService } from "./endpointServices";
import { known } from "./knownValue";
import { ifThere, ownerTagKey, SeveralFound } from "./ownerTag";
import type { ComponentPart } from "./partResult";
import { findSubnets } from "./subnets";
import { refuse } from "./validateArgs";

export async function interfaceEndpoints(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    cluster: pulumi.Output<Cluster>,
    region: pulumi.Output<string>,
): Promise<ComponentPart> {
    if (args.privateCluster !== true) return { resources: [], adopted: [] };
    await scope.valuesChecked;
    const where = scope.region === undefined ? pulumi.output({}) : pulumi.output({ region: scope.region });
    const subnetIds = args.interfaceEndpointSubnetIds
        ? pulumi.output(args.interfaceEndpointSubnetIds)
        : pulumi.all([cluster, where]).apply(([{ subnetIds: ids }, at]) => onePerZone(scope, ids, at));
    const securityGroupIds =
        args.interfaceEndpointSecurityGroupIds ?? cluster.apply(({ securityGroupId }) => [securityGroupId]);
    const facts = await known(pulumi.all([cluster, region, scope.owner, where]));
    const parts = (args.interfaceEndpoints ?? defaultServices).map(
        async (service): Promise<ComponentPart> => {
            const look = facts && (await lookAt(scope, service, ...facts));
            if (look?.inUse !== undefined) return { resources: [], adopted: [look.inUse] };
            if (look?.name === undefined && facts !== undefined) {
                notOffered(scope, args, service, facts[1]);
                return { resources: [], adopted: [] };
            }
            const serviceName =
                look?.name ??
                pulumi
                    .all([region, where])
                    .apply(([at, given]) =>
                        endpointServiceName(scope, at, service, EndpointType.Interface, given),
                    );
            const endpoint = new aws.ec2.VpcEndpoint(
                `${scope.name}-${service}`,
                {
                    vpcId: cluster.vpcId,
                    serviceName,
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
        },
    );
    const all = await Promise.all(parts);
    return {
        resources: all.flatMap(({ resources }) => resources),
        adopted: all.flatMap(({ adopted }) => adopted),
    };
}

interface Look {
    /** What leads to the service already and is not ours, for people. */
    readonly inUse?: string;
    /** Absent when the Region does not offer the service. */
    readonly name?: string;
}

async function lookAt(
    scope: Scope,
    service: string,
    { vpcId }: Cluster,
    region: string,
    owner: string,
    where: { region?: string },
): Promise<Look> {
    const offered = await findEndpointService(scope, region, service, EndpointType.Interface, where);
    if (offered === undefined) return {};
    const { name, domain } = offered;
    try {
        const there = await findEndpoint(scope, vpcId, name, owner, where);
        if (there?.tags?.[ownerTagKey] === owner) return { name };
        if (there !== undefined) return { inUse: `${service} interface endpoint ${there.id}` };
    } catch (error) {
        if (!(error instanceof SeveralFound)) throw error;
        return { inUse: `${service} interface endpoints of the VPC` };
    }
    // AWS refuses private DNS for a domain that a zone of the VPC answers for: it leads to endpoints elsewhere.
    const zone = domain === undefined ? undefined : await findZone(scope, domain, vpcId);
    return zone === undefined ? { name } : { inUse: `${service} through the private hosted zone ${zone}` };
}

/** What a program names must be there; what nobody named is left out, and said. */
function notOffered(
    scope: Scope,
    { interfaceEndpoints: named }: HyperPodInferenceAddonArgs,
    service: string,
    region: string,
): void {
    const reason = `the Region ${region} offers no interface endpoint for ${service}`;
    if (named !== undefined)
        refuse(`The private cluster of HyperPodInferenceAddon ${JSON.stringify(scope.name)} cannot be made`, [
            { propertyPath: "interfaceEndpoints", reason },
        ]);
    void pulumi.log.warn(`${reason}: it is left out`, scope.component);
}

/** Its id; undefined also where this principal may not list zones: then AWS tells at creation. */
async function findZone(scope: Scope, name: string, vpcId: string): Promise<string | undefined> {
    try {
        const zone = await ifThere(aws.route53.getZone({ name, privateZone: true, vpcId }, scope.lookUp));
        return zone?.zoneId;
    } catch (error) {
        if (/AccessDenied|not authorized/.test((error as Error).message)) return undefined;
        throw error;
    }
}

async function findEndpoint(
    scope: Scope,
    vpcId: string,
    serviceName: string,
    owner: string,
    where: { region?: string },
) {
    const wanted = {
        vpcId,
        serviceName,
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
