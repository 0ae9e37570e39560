// aws.iam.Role, RolePolicy, RolePolicyAttachment and OpenIdConnectProvider, for real.
import * as iam from "@aws-sdk/client-iam";
import { tagChanges, tagList, tagMap, unlessAbsent } from "../awsClients";
import { type ResourceType, uniqueName } from "../resourceType";
import type { Properties } from "../values";

const decode = (document: string | undefined) => decodeURIComponent(document ?? "");

function roleOutputs(role: iam.Role, inputs: Properties): Properties {
    return {
        ...inputs,
        name: role.RoleName,
        arn: role.Arn,
        path: role.Path,
        description: role.Description ?? "",
        uniqueId: role.RoleId,
        createDate: role.CreateDate?.toISOString() ?? "",
        assumeRolePolicy: decode(role.AssumeRolePolicyDocument),
        ...(role.PermissionsBoundary
            ? { permissionsBoundary: role.PermissionsBoundary.PermissionsBoundaryArn }
            : {}),
        tags: tagMap(role.Tags),
        tagsAll: tagMap(role.Tags),
    };
}

export const role: ResourceType = {
    module: "iam/role",
    argumentsName: "RoleArgs",
    applied: [
        ...["name", "namePrefix", "description", "path"],
        ...["assumeRolePolicy", "permissionsBoundary", "tags"],
    ],
    documents: ["assumeRolePolicy"],
    replacedBy: ["name", "namePrefix", "path"],
    computed: ["arn", "name", "uniqueId", "createDate", "tagsAll"],
    async create({ aws, name }, inputs) {
        const RoleName = inputs.name ?? uniqueName(inputs.namePrefix ?? `${name}-`);
        if (RoleName.length > 64) throw new Error(`the role name ${RoleName} is longer than 64 characters`);
        JSON.parse(inputs.assumeRolePolicy);
        const { Role } = await aws.iam.send(
            new iam.CreateRoleCommand({
                RoleName,
                AssumeRolePolicyDocument: inputs.assumeRolePolicy,
                Description: inputs.description,
                Path: inputs.path,
                PermissionsBoundary: inputs.permissionsBoundary,
                Tags: tagList(inputs.tags),
            }),
        );
        if (!Role) throw new Error(`creating IAM Role (${RoleName}): no answer`);
        return { id: RoleName, outputs: roleOutputs({ ...Role, Tags: tagList(inputs.tags) }, inputs) };
    },
    async read({ aws }, id, outputs) {
        const there = await unlessAbsent(aws.iam.send(new iam.GetRoleCommand({ RoleName: id })));
        return there?.Role && roleOutputs(there.Role, outputs ?? {});
    },
    async update(call, id, olds, news) {
        const { aws } = call;
        if (olds.assumeRolePolicy !== news.assumeRolePolicy) {
            await aws.iam.send(
                new iam.UpdateAssumeRolePolicyCommand({
                    RoleName: id,
                    PolicyDocument: news.assumeRolePolicy,
                }),
            );
        }
        if (olds.description !== news.description) {
            await aws.iam.send(
                new iam.UpdateRoleCommand({ RoleName: id, Description: news.description ?? "" }),
            );
        }
        if (olds.permissionsBoundary !== news.permissionsBoundary) {
            if (news.permissionsBoundary) {
                await aws.iam.send(
                    new iam.PutRolePermissionsBoundaryCommand({
                        RoleName: id,
                        PermissionsBoundary: news.permissionsBoundary,
                    }),
                );
            } else {
                await aws.iam.send(new iam.DeleteRolePermissionsBoundaryCommand({ RoleName: id }));
            }
        }
        const { removed, set } = tagChanges(olds.tags, news.tags);
        if (removed.length > 0)
            await aws.iam.send(new iam.UntagRoleCommand({ RoleName: id, TagKeys: removed }));
        if (Object.keys(set).length > 0)
            await aws.iam.send(new iam.TagRoleCommand({ RoleName: id, Tags: tagList(set) }));
        return (await role.read(call, id, { ...olds, ...news })) ?? news;
    },
    async remove({ aws }, id) {
        await unlessAbsent(aws.iam.send(new iam.DeleteRoleCommand({ RoleName: id })));
    },
};

export const rolePolicy: ResourceType = {
    module: "iam/rolePolicy",
    argumentsName: "RolePolicyArgs",
    applied: ["role", "name", "namePrefix", "policy"],
    documents: ["policy"],
    replacedBy: ["role", "name", "namePrefix"],
    computed: ["name"],
    async create({ aws, name }, inputs) {
        const PolicyName = inputs.name ?? uniqueName(inputs.namePrefix ?? `${name}-`);
        JSON.parse(inputs.policy);
        await aws.iam.send(
            new iam.PutRolePolicyCommand({
                RoleName: inputs.role,
                PolicyName,
                PolicyDocument: inputs.policy,
            }),
        );
        return { id: `${inputs.role}:${PolicyName}`, outputs: { ...inputs, name: PolicyName } };
    },
    async read({ aws }, id, outputs) {
        const [RoleName, PolicyName] = id.split(":");
        const there = await unlessAbsent(
            aws.iam.send(new iam.GetRolePolicyCommand({ RoleName, PolicyName })),
        );
        return (
            there && { ...outputs, role: RoleName, name: PolicyName, policy: decode(there.PolicyDocument) }
        );
    },
    async update({ aws }, id, _olds, news) {
        const [RoleName, PolicyName] = id.split(":");
        await aws.iam.send(
            new iam.PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: news.policy }),
        );
        return { ...news, name: PolicyName };
    },
    async remove({ aws }, id) {
        const [RoleName, PolicyName] = id.split(":");
        await unlessAbsent(aws.iam.send(new iam.DeleteRolePolicyCommand({ RoleName, PolicyName })));
    },
};

export const rolePolicyAttachment: ResourceType = {
    module: "iam/rolePolicyAttachment",
    argumentsName: "RolePolicyAttachmentArgs",
    applied: ["role", "policyArn"],
    replacedBy: ["role", "policyArn"],
    computed: [],
    async create({ aws }, inputs) {
        await aws.iam.send(
            new iam.AttachRolePolicyCommand({ RoleName: inputs.role, PolicyArn: inputs.policyArn }),
        );
        return { id: `${inputs.role}/${inputs.policyArn}`, outputs: inputs };
    },
    async read({ aws }, id, outputs) {
        const [RoleName = ""] = id.split("/");
        const policyArn = id.slice(RoleName.length + 1);
        const there = await unlessAbsent(aws.iam.send(new iam.ListAttachedRolePoliciesCommand({ RoleName })));
        const isAttached = there?.AttachedPolicies?.some(({ PolicyArn }) => PolicyArn === policyArn);
        return isAttached ? { ...outputs, role: RoleName, policyArn } : undefined;
    },
    async update(_call, _id, _olds, news) {
        return news;
    },
    async remove({ aws }, _id, { role: RoleName, policyArn: PolicyArn }) {
        await unlessAbsent(aws.iam.send(new iam.DetachRolePolicyCommand({ RoleName, PolicyArn })));
    },
};

export const openIdConnectProvider: ResourceType = {
    module: "iam/openIdConnectProvider",
    argumentsName: "OpenIdConnectProviderArgs",
    applied: ["url", "clientIdLists", "thumbprintLists", "tags"],
    replacedBy: ["url"],
    computed: ["arn", "thumbprintLists", "tagsAll"],
    async create(call, inputs) {
        const { OpenIDConnectProviderArn: arn = "" } = await call.aws.iam.send(
            new iam.CreateOpenIDConnectProviderCommand({
                Url: inputs.url,
                ClientIDList: inputs.clientIdLists,
                // AWS finds the thumbprint of an EKS issuer by itself.
                ThumbprintList: inputs.thumbprintLists ?? ["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"],
                Tags: tagList(inputs.tags),
            }),
        );
        return { id: arn, outputs: (await openIdConnectProvider.read(call, arn, inputs)) ?? inputs };
    },
    async read({ aws }, id, outputs) {
        const there = await unlessAbsent(
            aws.iam.send(new iam.GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: id })),
        );
        if (!there) return undefined;
        const tags = tagMap(there.Tags);
        return {
            ...outputs,
            arn: id,
            url: outputs?.url ?? `https://${there.Url}`,
            clientIdLists: there.ClientIDList,
            thumbprintLists: there.ThumbprintList,
            tags,
            tagsAll: tags,
        };
    },
    async update(call, id, olds, news) {
        const { removed, set } = tagChanges(olds.tags, news.tags);
        const of = { OpenIDConnectProviderArn: id };
        if (removed.length > 0)
            await call.aws.iam.send(new iam.UntagOpenIDConnectProviderCommand({ ...of, TagKeys: removed }));
        if (Object.keys(set).length > 0) {
            await call.aws.iam.send(new iam.TagOpenIDConnectProviderCommand({ ...of, Tags: tagList(set) }));
        }
        return (await openIdConnectProvider.read(call, id, { ...olds, ...news })) ?? news;
    },
    async remove({ aws }, id) {
        await unlessAbsent(
            aws.iam.send(new iam.DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: id })),
        );
    },
};
