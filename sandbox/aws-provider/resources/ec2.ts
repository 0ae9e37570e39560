// aws.ec2.VpcEndpoint, VpcEndpointRouteTableAssociation and Tag, for real.
import * as ec2 from "@aws-sdk/client-ec2";
import { tagChanges, tagList, tagMap, unlessAbsent } from "../awsClients";
import { type Call, type ResourceType, sleep } from "../resourceType";
import type { Properties } from "../values";

async function describe({ aws }: Call, id: string): Promise<ec2.VpcEndpoint | undefined> {
    const answer = await unlessAbsent(
        aws.ec2.send(new ec2.DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] })),
    );
    const endpoint = answer?.VpcEndpoints?.[0];
    return endpoint?.State?.toLowerCase() === "deleted" ? undefined : endpoint;
}

export function endpointOutputs(endpoint: ec2.VpcEndpoint, inputs: Properties, region: string): Properties {
    const tags = tagMap(endpoint.Tags);
    return {
        ...inputs,
        id: endpoint.VpcEndpointId,
        arn: `arn:aws:ec2:${region}:${endpoint.OwnerId ?? ""}:vpc-endpoint/${endpoint.VpcEndpointId}`,
        vpcId: endpoint.VpcId,
        serviceName: endpoint.ServiceName,
        vpcEndpointType: endpoint.VpcEndpointType,
        state: endpoint.State?.toLowerCase() ?? "",
        privateDnsEnabled: endpoint.PrivateDnsEnabled ?? false,
        routeTableIds: [...(endpoint.RouteTableIds ?? [])].sort(),
        subnetIds: [...(endpoint.SubnetIds ?? [])].sort(),
        securityGroupIds: (endpoint.Groups ?? []).map(({ GroupId }) => GroupId).sort(),
        networkInterfaceIds: endpoint.NetworkInterfaceIds ?? [],
        tags,
        tagsAll: tags,
    };
}

export const vpcEndpoint: ResourceType = {
    module: "ec2/vpcEndpoint",
    argumentsName: "VpcEndpointArgs",
    applied: [
        ...["vpcId", "serviceName", "vpcEndpointType", "routeTableIds", "subnetIds", "securityGroupIds"],
        ...["privateDnsEnabled", "tags", "region"],
    ],
    replacedBy: ["vpcId", "serviceName", "vpcEndpointType", "region"],
    computed: ["arn", "state", "networkInterfaceIds", "tagsAll"],
    async create(call, inputs) {
        const { VpcEndpoint } = await call.aws.ec2.send(
            new ec2.CreateVpcEndpointCommand({
                VpcId: inputs.vpcId,
                ServiceName: inputs.serviceName,
                VpcEndpointType: inputs.vpcEndpointType,
                RouteTableIds: inputs.routeTableIds,
                SubnetIds: inputs.subnetIds,
                SecurityGroupIds: inputs.securityGroupIds,
                PrivateDnsEnabled: inputs.privateDnsEnabled,
                TagSpecifications: inputs.tags && [
                    { ResourceType: "vpc-endpoint", Tags: tagList(inputs.tags) },
                ],
            }),
        );
        const id = VpcEndpoint?.VpcEndpointId ?? "";
        for (let tries = 0; tries < 100; tries += 1) {
            const there = await describe(call, id);
            if (there?.State?.toLowerCase() === "available")
                return { id, outputs: endpointOutputs(there, inputs, call.aws.region) };
            await sleep(200);
        }
        throw new Error(`waiting for EC2 VPC Endpoint (${id}) create: not available`);
    },
    async read(call, id, outputs) {
        const there = await describe(call, id);
        return there && endpointOutputs(there, outputs ?? {}, call.aws.region);
    },
    async update(call, id, olds, news) {
        const changes = endpointChanges(olds, news);
        if (Object.keys(changes).length > 0)
            await call.aws.ec2.send(new ec2.ModifyVpcEndpointCommand({ VpcEndpointId: id, ...changes }));
        await changeTags(call, id, olds.tags, news.tags);
        return (await vpcEndpoint.read(call, id, { ...olds, ...news })) ?? news;
    },
    async remove(call, id) {
        await unlessAbsent(call.aws.ec2.send(new ec2.DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] })));
    },
};

/** What to add and to remove; what the program does not ask for stays as EC2 has it. */
function endpointChanges(olds: Properties, news: Properties): Partial<ec2.ModifyVpcEndpointCommandInput> {
    const lists = {
        RouteTableIds: "routeTableIds",
        SubnetIds: "subnetIds",
        SecurityGroupIds: "securityGroupIds",
    };
    const without = (list: string[], other: string[]) => list.filter((item) => !other.includes(item));
    const changes = Object.entries(lists).flatMap(([name, key]) => {
        if (news[key] === undefined) return [];
        const [before, after] = [(olds[key] ?? []) as string[], news[key] as string[]];
        return [
            [`Add${name}`, without(after, before)],
            [`Remove${name}`, without(before, after)],
        ] as const;
    });
    const isDnsChanged =
        news.privateDnsEnabled !== undefined && news.privateDnsEnabled !== olds.privateDnsEnabled;
    return {
        ...Object.fromEntries(changes.filter(([, ids]) => ids.length > 0)),
        ...(isDnsChanged ? { PrivateDnsEnabled: news.privateDnsEnabled as boolean } : {}),
    };
}

async function changeTags({ aws }: Call, id: string, olds: Properties, news: Properties): Promise<void> {
    const { removed, set } = tagChanges(olds, news);
    if (removed.length > 0) {
        await aws.ec2.send(
            new ec2.DeleteTagsCommand({ Resources: [id], Tags: removed.map((Key) => ({ Key })) }),
        );
    }
    if (Object.keys(set).length > 0)
        await aws.ec2.send(new ec2.CreateTagsCommand({ Resources: [id], Tags: tagList(set) }));
}

export const routeTableAssociation: ResourceType = {
    module: "ec2/vpcEndpointRouteTableAssociation",
    argumentsName: "VpcEndpointRouteTableAssociationArgs",
    applied: ["vpcEndpointId", "routeTableId", "region"],
    replacedBy: ["vpcEndpointId", "routeTableId", "region"],
    computed: [],
    async create({ aws }, inputs) {
        const { vpcEndpointId: VpcEndpointId, routeTableId } = inputs;
        await aws.ec2.send(
            new ec2.ModifyVpcEndpointCommand({ VpcEndpointId, AddRouteTableIds: [routeTableId] }),
        );
        return { id: `a-${VpcEndpointId}-${routeTableId}`, outputs: inputs };
    },
    async read(call, _id, outputs) {
        const there = outputs && (await describe(call, outputs.vpcEndpointId));
        return there?.RouteTableIds?.includes(outputs?.routeTableId) ? outputs : undefined;
    },
    async update(_call, _id, _olds, news) {
        return news;
    },
    async remove({ aws }, _id, { vpcEndpointId: VpcEndpointId, routeTableId }) {
        await unlessAbsent(
            aws.ec2.send(
                new ec2.ModifyVpcEndpointCommand({ VpcEndpointId, RemoveRouteTableIds: [routeTableId] }),
            ),
        );
    },
};

export const tag: ResourceType = {
    module: "ec2/tag",
    argumentsName: "TagArgs",
    applied: ["resourceId", "key", "value", "region"],
    replacedBy: ["resourceId", "key", "region"],
    computed: [],
    async create({ aws }, inputs) {
        const { resourceId, key: Key, value: Value } = inputs;
        await aws.ec2.send(new ec2.CreateTagsCommand({ Resources: [resourceId], Tags: [{ Key, Value }] }));
        return { id: `${resourceId},${Key}`, outputs: inputs };
    },
    async read({ aws }, id, outputs) {
        const [resourceId = "", key = ""] = id.split(",");
        const Filters = [
            { Name: "resource-id", Values: [resourceId] },
            { Name: "key", Values: [key] },
        ];
        const { Tags } = await aws.ec2.send(new ec2.DescribeTagsCommand({ Filters }));
        const value = Tags?.[0]?.Value;
        return value === undefined ? undefined : { ...outputs, resourceId, key, value };
    },
    async update({ aws }, _id, _olds, news) {
        const { resourceId, key: Key, value: Value } = news;
        await aws.ec2.send(new ec2.CreateTagsCommand({ Resources: [resourceId], Tags: [{ Key, Value }] }));
        return news;
    },
    async remove({ aws }, _id, { resourceId, key: Key }) {
        await unlessAbsent(
            aws.ec2.send(new ec2.DeleteTagsCommand({ Resources: [resourceId], Tags: [{ Key }] })),
        );
    },
};
