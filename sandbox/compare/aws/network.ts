/** EC2 comes in; VPC endpoints, route tables, subnets and security groups with their tags go out. */
import {
    EC2Client,
    paginateDescribeRouteTables,
    paginateDescribeSecurityGroups,
    paginateDescribeSubnets,
    paginateDescribeVpcEndpoints,
} from "@aws-sdk/client-ec2";
import { all } from "./pages";
import { type ClientConfig, policyDocument, type Resource, resource } from "./resource";

export async function captureNetwork(config: ClientConfig): Promise<Resource[]> {
    const client = new EC2Client(config);
    const [endpoints, routeTables, subnets, groups] = await Promise.all([
        all(paginateDescribeVpcEndpoints({ client }, {}), (page) => page.VpcEndpoints),
        all(paginateDescribeRouteTables({ client }, {}), (page) => page.RouteTables),
        all(paginateDescribeSubnets({ client }, {}), (page) => page.Subnets),
        all(paginateDescribeSecurityGroups({ client }, {}), (page) => page.SecurityGroups),
    ]);
    // AWS lists what it has deleted for a while.
    const there = endpoints.filter(({ State }) => State?.toLowerCase() !== "deleted");
    return [
        ...there.map(({ PolicyDocument, ...endpoint }) =>
            resource(`ec2:VpcEndpoint ${endpoint.VpcEndpointId}`, {
                ...endpoint,
                PolicyDocument: policyDocument(PolicyDocument),
            }),
        ),
        ...routeTables.map((table) => resource(`ec2:RouteTable ${table.RouteTableId}`, table)),
        ...subnets.map((subnet) => resource(`ec2:Subnet ${subnet.SubnetId}`, subnet)),
        ...groups.map((group) => resource(`ec2:SecurityGroup ${group.GroupId}`, group)),
    ];
}
