// Subnet ids come in, what AWS knows about them and the route tables they use goes out. Look-ups only.
import { aws } from "./aws";
import type { Scope } from "./componentScope";

export interface Subnet {
    id: string;
    zone: string;
    isPublic: boolean;
    tags: Record<string, string>;
}

type Region = { region?: string };

export async function findSubnets(scope: Scope, ids: string[], region: Region): Promise<Subnet[]> {
    const found = await Promise.all(ids.map((id) => aws.ec2.getSubnet({ id, ...region }, scope.lookUp)));
    return found.map((subnet) => ({
        id: subnet.id,
        zone: subnet.availabilityZone,
        isPublic: subnet.mapPublicIpOnLaunch,
        tags: subnet.tags ?? {},
    }));
}

/** The route tables of the subnets; a subnet without an association of its own uses the main table of its VPC. */
export async function findRouteTables(
    scope: Scope,
    vpcId: string,
    subnetIds: string[],
    region: Region,
): Promise<string[]> {
    const { ids } = await aws.ec2.getRouteTables({ vpcId, ...region }, scope.lookUp);
    const tables = await Promise.all(
        ids.map((routeTableId) => aws.ec2.getRouteTable({ routeTableId, ...region }, scope.lookUp)),
    );
    const main = tables.find(({ associations }) => associations.some((association) => association.main));
    const used = subnetIds.map((subnetId) => {
        const own = tables.find(({ associations }) => associations.some((one) => one.subnetId === subnetId));
        return (own ?? main)?.routeTableId;
    });
    return [...new Set(used.filter((id): id is string => id !== undefined))].sort();
}
