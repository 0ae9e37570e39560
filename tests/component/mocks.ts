// An AWS account made of answers: what look-ups find and what resources were asked for. Creates nothing.
import * as pulumi from "@pulumi/pulumi";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

export interface Registered {
    type: string;
    name: string;
    inputs: Record<string, any>;
    parent: string | undefined;
    provider: string | undefined;
    dependencies: string[];
    protect: boolean;
    retainOnDelete: boolean;
    importId: string;
    timeouts: { create?: string; update?: string; delete?: string };
    aliases: string[];
    custom: boolean;
    /** Outputs that are secrets whatever the provider says. */
    secretOutputs: string[];
}

/** What exists before the program runs. */
export interface Account {
    oidcTags?: Record<string, string>;
    hasOidc?: boolean;
    /** Names of roles that are not there; every other is. */
    absentRoles?: string[];
    /** Roles with a path, by name. */
    roleArns?: Record<string, string>;
    addons?: Record<string, { version: string; tags?: Record<string, string>; configurationValues?: string }>;
    endpoint?: { routeTableIds: string[]; tags?: Record<string, string> };
    /** Route tables that another gateway endpoint for S3 serves. */
    servedElsewhere?: string[];
    hasSeveralEndpoints?: boolean;
    interfaceEndpoints?: Record<string, Record<string, string>>;
    /** Names of endpoint services that the Region has; all when there are none. */
    endpointServices?: string[];
    /** Domains that a private hosted zone of the VPC answers for. */
    privateZones?: string[];
    subnetTags?: Record<string, Record<string, string>>;
    partition?: string;
    region?: string;
    hyperpodClusterArn?: string;
    /** Names of the clusters; every name is one when there are none. "refused" for who may not list them. */
    clusters?: string[] | "refused";
    /** The owner tag that an earlier update stored. */
    storedOwner?: string;
}

export class MockAccount {
    readonly registered: Registered[] = [];
    private request: RegisterResourceRequest | undefined;
    readonly calls: { token: string; inputs: Record<string, any>; provider: string | undefined }[] = [];

    constructor(
        readonly account: Account = {},
        readonly preview = false,
    ) {}

    /** Makes this account the one that programs of this process see. */
    async install(): Promise<void> {
        await pulumi.runtime.setMocks(
            {
                newResource: (args) => this.newResource(args),
                call: (args) => this.call(args),
            },
            "project",
            "stack",
            this.preview,
            "organization",
        );
        // The mocks show a resource's inputs only; its options stand in the request.
        const monitor = pulumi.runtime.getMonitor() as unknown as {
            registerResource(request: RegisterResourceRequest, callback: unknown): Promise<void>;
        };
        const register = monitor.registerResource.bind(monitor);
        monitor.registerResource = (request, callback) => {
            this.request = request;
            return register(request, callback);
        };
    }

    only(type: string, name?: string): Registered {
        const found = this.registered.filter(
            (one) => one.type === type && (name === undefined || one.name === name),
        );
        if (found.length !== 1 || !found[0]) {
            const all = this.registered.map((one) => `${one.type} ${one.name}`).join("\n");
            throw new Error(
                `${found.length} resources of type ${type} ${name ?? ""}, expected one, in\n${all}`,
            );
        }
        return found[0];
    }

    all(type: string): Registered[] {
        return this.registered.filter((one) => one.type === type);
    }

    private newResource(args: pulumi.runtime.MockResourceArgs): {
        id: string | undefined;
        state: Record<string, any>;
    } {
        const request = this.request;
        const timeouts = request?.getCustomtimeouts();
        this.registered.push({
            type: args.type,
            name: args.name,
            inputs: args.inputs,
            parent: request?.getParent(),
            provider: request?.getProvider() || undefined,
            dependencies: (request?.getDependenciesList() ?? []).map(
                (urn) => urn.split("::").slice(2).join("::").split("$").pop() ?? urn,
            ),
            protect: request?.getProtect() ?? false,
            retainOnDelete: request?.getRetainondelete() ?? false,
            importId: request?.getImportid() ?? "",
            timeouts: timeouts
                ? { create: timeouts.getCreate(), update: timeouts.getUpdate(), delete: timeouts.getDelete() }
                : {},
            aliases: (request?.getAliasesList() ?? []).map((alias) => JSON.stringify(alias.toObject())),
            custom: request?.getCustom() ?? false,
            secretOutputs: request?.getAdditionalsecretoutputsList() ?? [],
        });
        const id = this.preview ? undefined : `${args.name}-id`;
        const state: Record<string, any> = { ...args.inputs };
        const arn = (rest: string) => `arn:${this.account.partition ?? "aws"}:${rest}`;
        if (args.type.endsWith(":InferenceCluster")) {
            // What check adds is there in a preview too.
            state["hyperpodClusterArn"] =
                args.inputs["hyperpodClusterArn"] ??
                this.account.hyperpodClusterArn ??
                "arn:aws:sagemaker:us-west-2:123456789012:cluster/abcdefghijkl";
            state["owner"] =
                this.account.storedOwner ?? args.inputs["givenOwner"] ?? args.inputs["defaultOwner"];
        }
        if (this.preview) return { id, state };
        if (args.type === "aws:iam/role:Role") {
            state["name"] = `${args.inputs["namePrefix"]}0`;
            state["arn"] = arn(`iam::123456789012:role${args.inputs["path"] ?? "/"}${state["name"]}`);
        }
        if (args.type === "aws:iam/openIdConnectProvider:OpenIdConnectProvider")
            state["arn"] = arn("iam::123456789012:oidc-provider/made");
        if (args.type === "aws:s3/bucket:Bucket") state["bucket"] = `${args.inputs["bucketPrefix"]}0`;
        if (args.type === "aws:eks/addon:Addon")
            state["arn"] = arn(`eks:us-west-2:123456789012:addon/demo/${args.inputs["addonName"]}/0`);
        if (args.type.endsWith(":AddonHealth"))
            Object.assign(state, { status: "ACTIVE", healthIssues: [], controllers: [] });
        return { id, state };
    }

    private call({ token, inputs, provider }: pulumi.runtime.MockCallArgs): Record<string, any> {
        this.calls.push({ token, inputs, provider });
        const { account } = this;
        const region = account.region ?? "us-west-2";
        const notFound = (what: string): never => {
            const details = `reading ${what}: couldn't find resource`;
            throw Object.assign(new Error(details), { details });
        };
        switch (token) {
            case "aws:index/getRegion:getRegion":
                return { region, name: region, id: region };
            case "aws:index/getPartition:getPartition":
                return { partition: account.partition ?? "aws" };
            case "aws:index/getCallerIdentity:getCallerIdentity":
                return { accountId: "123456789012" };
            case "aws:eks/getClusters:getClusters":
                if (account.clusters === "refused") throw new Error("AccessDenied: eks:ListClusters");
                return { names: account.clusters ?? [] };
            case "aws:eks/getCluster:getCluster":
                if (account.clusters !== undefined && !account.clusters.includes(inputs["name"]))
                    return notFound(`EKS Cluster (${inputs["name"]})`);
                return {
                    name: inputs["name"],
                    arn: `arn:aws:eks:${region}:123456789012:cluster/${inputs["name"]}`,
                    version: "1.34",
                    identities: [{ oidcs: [{ issuer: `https://${issuerIn(region)}` }] }],
                    vpcConfig: {
                        vpcId: "vpc-1",
                        subnetIds: ["subnet-0000000a", "subnet-0000000b", "subnet-0000000c"],
                        clusterSecurityGroupId: "sg-00000001",
                    },
                };
            case "aws:iam/getRole:getRole": {
                const { name } = inputs;
                if (account.absentRoles?.includes(name)) return notFound(`IAM Role (${name})`);
                const partition = account.partition ?? "aws";
                return {
                    name,
                    arn: account.roleArns?.[name] ?? `arn:${partition}:iam::123456789012:role/${name}`,
                };
            }
            case "aws:iam/getOpenIdConnectProvider:getOpenIdConnectProvider":
                if (!account.hasOidc) return notFound("IAM OIDC Provider");
                return { arn: "arn:aws:iam::123456789012:oidc-provider/there", tags: account.oidcTags ?? {} };
            case "aws:eks/getAddon:getAddon": {
                const addon = account.addons?.[inputs["addonName"]];
                if (!addon) return notFound(`EKS Add-On (demo:${inputs["addonName"]})`);
                return { ...inputs, addonVersion: addon.version, tags: addon.tags ?? {}, arn: "arn:there" };
            }
            case "aws:eks/getAddonVersion:getAddonVersion":
                return { version: "v9.9.9-eksbuild.1" };
            case "aws:ec2/getPrefixList:getPrefixList":
                return { id: `pl-${inputs["name"]}` };
            case "aws:ec2/getVpcEndpointService:getVpcEndpointService": {
                const name = String(inputs["serviceName"]);
                if (account.endpointServices !== undefined && !account.endpointServices.includes(name))
                    return notFound(`EC2 VPC Endpoint Service ${name}`);
                const [, service = ""] = name.split(`.${region}.`);
                return { serviceName: name, privateDnsName: `${service}.${region}.amazonaws.com` };
            }
            case "aws:route53/getZone:getZone":
                return account.privateZones?.includes(inputs["name"])
                    ? { zoneId: `Z-${inputs["name"]}` }
                    : notFound("Route 53 Hosted Zone");
            case "aws:ec2/getRouteTables:getRouteTables":
                if (inputs["filters"] !== undefined) return { ids: account.servedElsewhere ?? [] };
                return { ids: ["rtb-0000000a", "rtb-0000000b"] };
            case "aws:ec2/getRouteTable:getRouteTable": {
                const isMain = inputs["routeTableId"] === "rtb-0000000a";
                const associations = isMain
                    ? [{ main: true, subnetId: "" }]
                    : [{ main: false, subnetId: "subnet-0000000c" }];
                return { routeTableId: inputs["routeTableId"], associations };
            }
            case "aws:ec2/getSubnet:getSubnet":
                return {
                    id: inputs["id"],
                    availabilityZone:
                        inputs["id"] === "subnet-0000000b" ? "us-west-2a" : `us-west-2${inputs["id"].at(-1)}`,
                    mapPublicIpOnLaunch: inputs["id"] === "subnet-0000000c",
                    tags: account.subnetTags?.[inputs["id"]] ?? {},
                };
            case "aws:ec2/getVpcEndpoint:getVpcEndpoint":
                if (account.hasSeveralEndpoints && !inputs["id"] && !inputs["tags"]) {
                    const details = "multiple EC2 VPC Endpoints matched; use additional constraints";
                    throw Object.assign(new Error(details), { details });
                }
                return this.endpoint(inputs) ?? notFound("EC2 VPC Endpoint");
            default:
                throw new Error(`this account has no answer for ${token}`);
        }
    }

    private endpoint(inputs: Record<string, any>): Record<string, any> | undefined {
        const { account } = this;
        const hasTags = (tags: Record<string, string>) =>
            Object.entries(inputs["tags"] ?? {}).every(([key, value]) => tags[key] === value);
        const [, service = ""] = String(inputs["serviceName"] ?? "").split(
            `.${account.region ?? inputs["region"] ?? "us-west-2"}.`,
        );
        if (service === "s3" || inputs["id"]) {
            const { endpoint } = account;
            if (!endpoint || !hasTags(endpoint.tags ?? {})) return undefined;
            return {
                id: inputs["id"] ?? "vpce-00000001",
                routeTableIds: endpoint.routeTableIds,
                tags: endpoint.tags ?? {},
            };
        }
        const tags = account.interfaceEndpoints?.[service];
        return tags && hasTags(tags) ? { id: `vpce-${service}`, routeTableIds: [], tags } : undefined;
    }
}

/** The clusters' issuer, without https://. */
export function issuerIn(region: string): string {
    return `oidc.eks.${region}.amazonaws.com${region.startsWith("cn-") ? ".cn" : ""}/id/ABC`;
}

/** Runs a program against an account to its end and answers the account. */
export async function run(program: () => void, account: Account = {}, preview = false): Promise<MockAccount> {
    const mock = new MockAccount(account, preview);
    await mock.install();
    program();
    await settled(mock);
    return mock;
}

/** Nothing was registered and nothing was called for a while. */
async function settled(mock: MockAccount): Promise<void> {
    let before = -1;
    for (let quiet = 0; quiet < 30; ) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        const now = mock.registered.length + mock.calls.length;
        quiet = now === before ? quiet + 1 : 0;
        before = now;
    }
}
