// In: EC2 client. Out: a VPC with two public and two private subnets, gateway and route tables. Makes no endpoint.
import {
    AssociateRouteTableCommand,
    AttachInternetGatewayCommand,
    CreateInternetGatewayCommand,
    CreateRouteCommand,
    CreateRouteTableCommand,
    CreateSecurityGroupCommand,
    CreateSubnetCommand,
    CreateVpcCommand,
    type EC2Client,
    ModifySubnetAttributeCommand,
    type ResourceType,
} from "@aws-sdk/client-ec2";
import { given, tagList } from "./awsClients";

export interface Network {
    vpcId: string;
    publicSubnetIds: string[];
    privateSubnetIds: string[];
    publicRouteTableId: string;
    privateRouteTableIds: string[];
    nodeSecurityGroupId: string;
}

const zones = ["a", "b"];

export async function createNetwork(ec2: EC2Client, region: string, cluster: string): Promise<Network> {
    const vpc = await ec2.send(
        new CreateVpcCommand({ CidrBlock: "10.0.0.0/16", TagSpecifications: named("vpc", `${cluster}-vpc`) }),
    );
    const vpcId = given(vpc.Vpc?.VpcId, "a VPC id");
    const publicRouteTableId = await createRouteTable(ec2, vpcId, `${cluster}-public`);
    await createInternetRoute(ec2, vpcId, publicRouteTableId, cluster);
    const publicSubnetIds: string[] = [];
    const privateSubnetIds: string[] = [];
    const privateRouteTableIds: string[] = [];
    for (const [index, zone] of zones.entries()) {
        const place = { vpcId, zone: `${region}${zone}` };
        const open = await createSubnet(ec2, {
            ...place,
            cidr: `10.0.${index}.0/24`,
            name: `${cluster}-public-${zone}`,
            tags: { "kubernetes.io/role/elb": "1" },
        });
        await ec2.send(
            new ModifySubnetAttributeCommand({ SubnetId: open, MapPublicIpOnLaunch: { Value: true } }),
        );
        await attach(ec2, publicRouteTableId, open);
        const closed = await createSubnet(ec2, {
            ...place,
            cidr: `10.0.${100 + index}.0/24`,
            name: `${cluster}-private-${zone}`,
            tags: { "kubernetes.io/role/internal-elb": "1" },
        });
        const privateRouteTableId = await createRouteTable(ec2, vpcId, `${cluster}-private-${zone}`);
        await attach(ec2, privateRouteTableId, closed);
        publicSubnetIds.push(open);
        privateSubnetIds.push(closed);
        privateRouteTableIds.push(privateRouteTableId);
    }
    const group = await ec2.send(
        new CreateSecurityGroupCommand({
            GroupName: `${cluster}-nodes`,
            Description: "HyperPod nodes",
            VpcId: vpcId,
        }),
    );
    const nodeSecurityGroupId = given(group.GroupId, "a security group id");
    return {
        vpcId,
        publicSubnetIds,
        privateSubnetIds,
        publicRouteTableId,
        privateRouteTableIds,
        nodeSecurityGroupId,
    };
}

async function createSubnet(
    ec2: EC2Client,
    subnet: { vpcId: string; zone: string; cidr: string; name: string; tags: Record<string, string> },
): Promise<string> {
    const created = await ec2.send(
        new CreateSubnetCommand({
            VpcId: subnet.vpcId,
            AvailabilityZone: subnet.zone,
            CidrBlock: subnet.cidr,
            TagSpecifications: named("subnet", subnet.name, subnet.tags),
        }),
    );
    return given(created.Subnet?.SubnetId, "a subnet id");
}

async function createRouteTable(ec2: EC2Client, vpcId: string, name: string): Promise<string> {
    const created = await ec2.send(
        new CreateRouteTableCommand({ VpcId: vpcId, TagSpecifications: named("route-table", name) }),
    );
    return given(created.RouteTable?.RouteTableId, "a route table id");
}

async function createInternetRoute(
    ec2: EC2Client,
    vpcId: string,
    table: string,
    cluster: string,
): Promise<void> {
    const created = await ec2.send(
        new CreateInternetGatewayCommand({ TagSpecifications: named("internet-gateway", `${cluster}-igw`) }),
    );
    const gateway = given(created.InternetGateway?.InternetGatewayId, "an internet gateway id");
    await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId: gateway, VpcId: vpcId }));
    await ec2.send(
        new CreateRouteCommand({
            RouteTableId: table,
            DestinationCidrBlock: "0.0.0.0/0",
            GatewayId: gateway,
        }),
    );
}

async function attach(ec2: EC2Client, table: string, subnet: string): Promise<void> {
    await ec2.send(new AssociateRouteTableCommand({ RouteTableId: table, SubnetId: subnet }));
}

function named(type: ResourceType, name: string, tags: Record<string, string> = {}) {
    return [{ ResourceType: type, Tags: tagList({ Name: name, ...tags }) }];
}
