// Ports whose AWS calls are each asked of IAM first, as the adapters make them: who lacks a right is refused, and every question is kept.
import type { Connection } from "../../../provider/connection/connection";
import type { AddonRequest, Role, TaggedResource } from "../../../provider/ports/world";
import { TaggedKind } from "../../../provider/ports/world";
import { connectMemory, type MemoryWorld } from "../memoryWorld";
import { allowing, type Question } from "./iamPolicy";

const ACCOUNT = "123456789012";
const CLUSTER = `arn:aws:eks:us-west-2:${ACCOUNT}:cluster/demo`;

export interface Asked extends Question {
    readonly isAllowed: boolean;
}

export function underPolicies(policies: readonly string[], asked: Asked[]): typeof connectMemory {
    const ask = (action: string, resource: string, context: Question["context"] = {}) => {
        const isAllowed = allowing(policies, { action, resource, context }) !== undefined;
        asked.push({ action, resource, context, isAllowed });
        if (!isAllowed)
            throw Object.assign(new Error(`not authorized to perform: ${action} on resource: ${resource}`), {
                name: "AccessDeniedException",
            });
    };
    return (world, mover) => {
        const connect = connectMemory(world, mover);
        return async (...request) => {
            ask("eks:DescribeCluster", CLUSTER);
            const connection = await connect(...request);
            askForAddons(connection, world, ask);
            askForRoles(connection, world, ask);
            askForTags(connection, ask);
            return connection;
        };
    };
}

type Ask = (action: string, resource: string, context?: Question["context"]) => void;

/** Asks before the method of the port does anything. */
function before<Port extends object, Name extends keyof Port>(
    port: Port,
    name: Name,
    questions: (...args: Parameters<Extract<Port[Name], (...args: never[]) => unknown>>) => void,
): void {
    const method = (port[name] as (...args: unknown[]) => unknown).bind(port);
    Object.assign(port, {
        [name]: async (...args: unknown[]) => {
            (questions as (...args: unknown[]) => void)(...args);
            return method(...args);
        },
    });
}

function askForAddons({ world: { addons } }: Connection, world: MemoryWorld, ask: Ask): void {
    const arn = (name: string) => `${CLUSTER.replace(":cluster/", ":addon/")}/${name}/1`;
    const prefixed = (prefix: string, tags: Readonly<Record<string, string>> = {}) =>
        Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:${prefix}/${key}`, value]));
    const ofResource = (name: string) => prefixed("ResourceTag", world.data.addons.get(name)?.tags);
    const pass = ({ serviceAccountRoleArn }: AddonRequest) => {
        if (serviceAccountRoleArn !== undefined)
            ask("iam:PassRole", serviceAccountRoleArn, { "iam:PassedToService": "eks.amazonaws.com" });
    };
    before(addons, "list", () => ask("eks:ListAddons", CLUSTER));
    before(addons, "describe", (name) => ask("eks:DescribeAddon", arn(name)));
    before(addons, "versions", () => ask("eks:DescribeAddonVersions", "*"));
    before(addons, "configurationSchema", () => ask("eks:DescribeAddonConfiguration", "*"));
    before(addons, "create", (request) => {
        ask("eks:CreateAddon", CLUSTER, prefixed("RequestTag", request.tags));
        ask("eks:TagResource", arn(request.name), prefixed("RequestTag", request.tags));
        pass(request);
    });
    before(addons, "update", (request) => {
        ask("eks:UpdateAddon", arn(request.name), ofResource(request.name));
        pass(request);
    });
    before(addons, "tag", ({ name }, tags) =>
        ask("eks:TagResource", arn(name), { ...ofResource(name), ...prefixed("RequestTag", tags) }),
    );
    before(addons, "untag", ({ name }) => ask("eks:UntagResource", arn(name), ofResource(name)));
    // Which of the two AWS asks for is not told, so both must be allowed.
    before(addons, "describeUpdate", (name) => {
        ask("eks:DescribeUpdate", CLUSTER);
        ask("eks:DescribeUpdate", arn(name));
    });
    before(addons, "remove", (name) => ask("eks:DeleteAddon", arn(name), ofResource(name)));
}

function askForRoles({ world: { identities } }: Connection, world: MemoryWorld, ask: Ask): void {
    const found = (arnOrName: string) => world.data.roles.get(arnOrName.replace(/^.*\//, ""));
    const start = `arn:aws:iam::${ACCOUNT}:role`;
    const arnOf = (arnOrName: string) =>
        found(arnOrName)?.arn ?? `${start}/${arnOrName.replace(/^.*\//, "")}`;
    const marks = (prefix: string, { tags }: Pick<Role, "tags">) =>
        Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:${prefix}/${key}`, value]));
    const read = (arnOrName: string) => {
        for (const action of ["GetRole", "ListAttachedRolePolicies", "ListRolePolicies"])
            ask(`iam:${action}`, arnOf(arnOrName));
        if (Object.keys(found(arnOrName)?.inlinePolicies ?? {}).length > 0)
            ask("iam:GetRolePolicy", arnOf(arnOrName));
    };
    before(identities, "readRole", read);
    before(identities, "createRole", (role, mark) => {
        read(role.name);
        const arn = `${start}${role.path}${role.name}`;
        const requested = marks("RequestTag", { tags: { ...role.tags, [mark.key]: mark.value } });
        if (found(role.name) === undefined) {
            ask("iam:CreateRole", arn, {
                ...requested,
                ...(role.permissionsBoundary === undefined
                    ? {}
                    : { "iam:PermissionsBoundary": role.permissionsBoundary }),
            });
            ask("iam:TagRole", arn, requested);
        }
        for (const policy of role.attachedPolicies)
            ask("iam:AttachRolePolicy", arn, { "iam:PolicyARN": policy });
        if (Object.keys(role.inlinePolicies).length > 0) ask("iam:PutRolePolicy", arn);
    });
    before(identities, "setTrustPolicy", (name) => ask("iam:UpdateAssumeRolePolicy", arnOf(name)));
    before(identities, "putInlinePolicy", (name) => ask("iam:PutRolePolicy", arnOf(name)));
    before(identities, "removeInlinePolicy", (name) => {
        const role = found(name);
        ask("iam:DeleteRolePolicy", arnOf(name), role && marks("ResourceTag", role));
    });
    before(identities, "deleteRole", (name, mark) => {
        read(name);
        const role = found(name);
        if (role === undefined || role.tags[mark.key] !== mark.value) return;
        const context = marks("ResourceTag", role);
        for (const policy of role.attachedPolicies)
            ask("iam:DetachRolePolicy", role.arn, { ...context, "iam:PolicyARN": policy });
        if (Object.keys(role.inlinePolicies).length > 0) ask("iam:DeleteRolePolicy", role.arn, context);
        ask("iam:DeleteRole", role.arn, context);
    });
    before(identities, "trustPolicyLimit", () => ask("iam:GetAccountSummary", "*"));
    before(identities, "oidcProviderArn", () => ask("iam:ListOpenIDConnectProviders", "*"));
}

function askForTags({ world: { tags } }: Connection, ask: Ask): void {
    const home = { "aws:ResourceAccount": ACCOUNT };
    const objectOf = ({ id }: TaggedResource) => id.replace(/^s3:\/\//, "arn:aws:s3:::");
    const read = (resource: TaggedResource) => {
        switch (resource.kind) {
            case TaggedKind.LoadBalancer:
                return ask("elasticloadbalancing:DescribeTags", "*");
            case TaggedKind.Certificate:
                return ask("acm:ListTagsForCertificate", resource.id);
            case TaggedKind.S3Object:
                ask("s3:GetObjectTagging", objectOf(resource), home);
                // Without it S3 calls a missing object forbidden.
                return ask("s3:ListBucket", objectOf(resource).replace(/\/.*$/s, ""), home);
        }
    };
    const change = (kind: "Add" | "Remove") => (resource: TaggedResource, key: string) => {
        const context = { "aws:TagKeys": [key] };
        switch (resource.kind) {
            case TaggedKind.LoadBalancer:
                return ask(`elasticloadbalancing:${kind}Tags`, resource.id, context);
            case TaggedKind.Certificate:
                return ask(
                    kind === "Add" ? "acm:AddTagsToCertificate" : "acm:RemoveTagsFromCertificate",
                    resource.id,
                    context,
                );
            case TaggedKind.S3Object:
                return ask("s3:PutObjectTagging", objectOf(resource), home);
        }
    };
    before(tags, "look", read);
    before(tags, "readAll", (resources) => resources.forEach(read));
    before(tags, "put", (seen, key) => {
        for (const { resource } of seen) change("Add")(resource, key);
    });
    before(tags, "takeAway", (resources, key) => {
        for (const resource of resources) {
            read(resource);
            change("Remove")(resource, key);
        }
    });
    before(tags, "bucketOwner", (bucket) => ask("s3:ListBucket", `arn:aws:s3:::${bucket}`, home));
    before(tags, "loadBalancers", () => {
        ask("elasticloadbalancing:DescribeLoadBalancers", "*");
        ask("elasticloadbalancing:DescribeTags", "*");
    });
}
