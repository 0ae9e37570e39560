// The look-up functions the component uses: answers and error texts of the real plugin, from the AWS behind AWS_ENDPOINT_URL.
import * as ec2 from "@aws-sdk/client-ec2";
import * as eks from "@aws-sdk/client-eks";
import * as iam from "@aws-sdk/client-iam";
import * as sts from "@aws-sdk/client-sts";
import { type AwsClients, tagMap, unlessAbsent } from "./awsClients";
import { endpointOutputs } from "./resources/ec2";
import type { Properties } from "./values";

export interface AwsFunction {
    module: string;
    argumentsName: string;
    run(aws: AwsClients, inputs: Properties): Promise<Properties>;
}

/** Tag conditions of a look-up, as EC2 filters. */
function tagFilters(tags: Record<string, string> | undefined): ec2.Filter[] {
    return Object.entries(tags ?? {}).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
}

const filtersOf = (filters: { name: string; values: string[] }[] | undefined): ec2.Filter[] =>
    (filters ?? []).map(({ name, values }) => ({ Name: name, Values: values }));

const partitionOf = (region: string) =>
    region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";

async function getCluster(aws: AwsClients, { name }: Properties): Promise<Properties> {
    const answer = await unlessAbsent(aws.eks.send(new eks.DescribeClusterCommand({ name })));
    const cluster = answer?.cluster;
    if (!cluster) throw new Error(`reading EKS Cluster (${name}): couldn't find resource`);
    const vpc = cluster.resourcesVpcConfig;
    return {
        id: name,
        name,
        arn: cluster.arn,
        version: cluster.version,
        status: cluster.status,
        endpoint: cluster.endpoint,
        roleArn: cluster.roleArn,
        tags: cluster.tags ?? {},
        identities: cluster.identity?.oidc ? [{ oidcs: [{ issuer: cluster.identity.oidc.issuer }] }] : [],
        certificateAuthorities: [{ data: cluster.certificateAuthority?.data }],
        vpcConfig: {
            vpcId: vpc?.vpcId ?? "",
            subnetIds: vpc?.subnetIds ?? [],
            securityGroupIds: vpc?.securityGroupIds ?? [],
            clusterSecurityGroupId: vpc?.clusterSecurityGroupId ?? "",
        },
    };
}

async function getClusters(aws: AwsClients): Promise<Properties> {
    const { clusters } = await aws.eks.send(new eks.ListClustersCommand({}));
    return { id: aws.region, names: clusters ?? [] };
}

async function getAddon(aws: AwsClients, { clusterName, addonName }: Properties): Promise<Properties> {
    const answer = await unlessAbsent(aws.eks.send(new eks.DescribeAddonCommand({ clusterName, addonName })));
    const addon = answer?.addon;
    if (!addon) throw new Error(`reading EKS Add-On (${clusterName}:${addonName}): couldn't find resource`);
    return {
        id: `${clusterName}:${addonName}`,
        clusterName,
        addonName,
        addonVersion: addon.addonVersion,
        arn: addon.addonArn,
        configurationValues: addon.configurationValues ?? "",
        serviceAccountRoleArn: addon.serviceAccountRoleArn ?? "",
        tags: addon.tags ?? {},
    };
}

async function getAddonVersion(aws: AwsClients, inputs: Properties): Promise<Properties> {
    const { addonName, kubernetesVersion, mostRecent } = inputs;
    const { addons } = await aws.eks.send(
        new eks.DescribeAddonVersionsCommand({ addonName, kubernetesVersion }),
    );
    const versions = addons?.[0]?.addonVersions ?? [];
    const isDefault = (one: eks.AddonVersionInfo) =>
        one.compatibilities?.some(({ defaultVersion }) => defaultVersion);
    // The API answers the newest first.
    const chosen = mostRecent ? versions[0] : versions.find(isDefault);
    if (!chosen)
        throw new Error(
            `reading EKS Add-On version info (${addonName}, ${kubernetesVersion}): couldn't find resource`,
        );
    return { ...inputs, id: addonName, version: chosen.addonVersion };
}

async function getOpenIdConnectProvider(aws: AwsClients, { url, arn }: Properties): Promise<Properties> {
    const { OpenIDConnectProviderList: list } = await aws.iam.send(
        new iam.ListOpenIDConnectProvidersCommand({}),
    );
    const wanted = String(url ?? "").replace("https://", "");
    const found = list?.find(
        ({ Arn }) => Arn === arn || (wanted !== "" && Arn?.endsWith(`:oidc-provider/${wanted}`)),
    );
    if (!found?.Arn) throw new Error(`finding IAM OIDC Provider by url (${url ?? arn}): not found`);
    const there = await aws.iam.send(
        new iam.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: found.Arn }),
    );
    return {
        id: found.Arn,
        arn: found.Arn,
        url: there.Url ?? wanted,
        clientIdLists: there.ClientIDList ?? [],
        thumbprintLists: there.ThumbprintList ?? [],
        tags: tagMap(there.Tags),
    };
}

async function getRole(aws: AwsClients, { name }: Properties): Promise<Properties> {
    try {
        const { Role: role } = await aws.iam.send(new iam.GetRoleCommand({ RoleName: String(name) }));
        return { id: name, name, arn: role?.Arn, path: role?.Path, tags: tagMap(role?.Tags) };
    } catch (error) {
        if (!/^NoSuchEntity/.test((error as Error).name)) throw error;
        throw new Error(`reading IAM Role (${String(name)}): couldn't find resource`, { cause: error });
    }
}

async function getVpcEndpoint(aws: AwsClients, inputs: Properties): Promise<Properties> {
    const { id, vpcId, serviceName, filters, tags } = inputs;
    const Filters = [
        ...(vpcId ? [{ Name: "vpc-id", Values: [vpcId] }] : []),
        ...(serviceName ? [{ Name: "service-name", Values: [serviceName] }] : []),
        ...filtersOf(filters),
        ...tagFilters(tags),
    ];
    const { VpcEndpoints = [] } = await aws.ec2.send(
        new ec2.DescribeVpcEndpointsCommand({ Filters, ...(id ? { VpcEndpointIds: [id] } : {}) }),
    );
    if (VpcEndpoints.length > 1) {
        throw new Error(
            "multiple EC2 VPC Endpoints matched; use additional constraints to reduce matches to a single EC2 VPC Endpoint",
        );
    }
    if (!VpcEndpoints[0]) throw new Error("no matching EC2 VPC Endpoint found");
    return endpointOutputs(VpcEndpoints[0], {}, aws.region);
}

async function getRouteTables(aws: AwsClients, { vpcId, filters, tags }: Properties): Promise<Properties> {
    const Filters = [
        ...(vpcId ? [{ Name: "vpc-id", Values: [vpcId] }] : []),
        ...filtersOf(filters),
        ...tagFilters(tags),
    ];
    const { RouteTables = [] } = await aws.ec2.send(new ec2.DescribeRouteTablesCommand({ Filters }));
    return { id: aws.region, ids: RouteTables.map(({ RouteTableId }) => RouteTableId) };
}

async function getRouteTable(aws: AwsClients, { routeTableId }: Properties): Promise<Properties> {
    const { RouteTables = [] } = await aws.ec2.send(
        new ec2.DescribeRouteTablesCommand({ RouteTableIds: [routeTableId] }),
    );
    const table = RouteTables[0];
    if (!table) throw new Error("no matching EC2 Route Table found");
    const associations = (table.Associations ?? []).map((one) => ({
        main: one.Main ?? false,
        subnetId: one.SubnetId ?? "",
        routeTableId,
        routeTableAssociationId: one.RouteTableAssociationId ?? "",
        gatewayId: one.GatewayId ?? "",
    }));
    return { id: routeTableId, routeTableId, vpcId: table.VpcId, associations, tags: tagMap(table.Tags) };
}

async function getSubnet(aws: AwsClients, { id }: Properties): Promise<Properties> {
    const { Subnets = [] } = await aws.ec2.send(new ec2.DescribeSubnetsCommand({ SubnetIds: [id] }));
    const subnet = Subnets[0];
    if (!subnet) throw new Error("no matching EC2 Subnet found");
    return {
        id,
        vpcId: subnet.VpcId,
        availabilityZone: subnet.AvailabilityZone,
        cidrBlock: subnet.CidrBlock,
        mapPublicIpOnLaunch: subnet.MapPublicIpOnLaunch ?? false,
        tags: tagMap(subnet.Tags),
    };
}

async function getCallerIdentity(aws: AwsClients): Promise<Properties> {
    const caller = await aws.sts.send(new sts.GetCallerIdentityCommand({}));
    return { id: caller.Account, accountId: caller.Account, arn: caller.Arn, userId: caller.UserId };
}

export const functions: Record<string, AwsFunction> = {
    "aws:index/getRegion:getRegion": {
        module: "getRegion",
        argumentsName: "GetRegionArgs",
        run: async ({ region }) => ({
            id: region,
            name: region,
            region,
            description: region,
            endpoint: `ec2.${region}.amazonaws.com`,
        }),
    },
    "aws:index/getPartition:getPartition": {
        module: "getPartition",
        argumentsName: "GetPartitionArgs",
        run: async ({ region }) => ({
            id: partitionOf(region),
            partition: partitionOf(region),
            dnsSuffix: region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com",
        }),
    },
    "aws:index/getCallerIdentity:getCallerIdentity": {
        module: "getCallerIdentity",
        argumentsName: "GetCallerIdentityArgs",
        run: getCallerIdentity,
    },
    "aws:eks/getClusters:getClusters": {
        module: "eks/getClusters",
        argumentsName: "GetClustersArgs",
        run: getClusters,
    },
    "aws:eks/getCluster:getCluster": {
        module: "eks/getCluster",
        argumentsName: "GetClusterArgs",
        run: getCluster,
    },
    "aws:eks/getAddon:getAddon": { module: "eks/getAddon", argumentsName: "GetAddonArgs", run: getAddon },
    "aws:eks/getAddonVersion:getAddonVersion": {
        module: "eks/getAddonVersion",
        argumentsName: "GetAddonVersionArgs",
        run: getAddonVersion,
    },
    "aws:iam/getRole:getRole": { module: "iam/getRole", argumentsName: "GetRoleArgs", run: getRole },
    "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider": {
        module: "iam/getOpenIdConnectProvider",
        argumentsName: "GetOpenIdConnectProviderArgs",
        run: getOpenIdConnectProvider,
    },
    "aws:ec2/getVpcEndpoint:getVpcEndpoint": {
        module: "ec2/getVpcEndpoint",
        argumentsName: "GetVpcEndpointArgs",
        run: getVpcEndpoint,
    },
    "aws:ec2/getRouteTables:getRouteTables": {
        module: "ec2/getRouteTables",
        argumentsName: "GetRouteTablesArgs",
        run: getRouteTables,
    },
    "aws:ec2/getRouteTable:getRouteTable": {
        module: "ec2/getRouteTable",
        argumentsName: "GetRouteTableArgs",
        run: getRouteTable,
    },
    "aws:ec2/getSubnet:getSubnet": {
        module: "ec2/getSubnet",
        argumentsName: "GetSubnetArgs",
        run: getSubnet,
    },
};
