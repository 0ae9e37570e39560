// Every look-up function of the stand-in aws plugin on an emulated account: what it finds, and in which words it does not.
import assert from "node:assert/strict";
import { CreateVpcEndpointCommand } from "@aws-sdk/client-ec2";
import { CreateAddonCommand } from "@aws-sdk/client-eks";
import { CreateOpenIDConnectProviderCommand, CreateRoleCommand } from "@aws-sdk/client-iam";
import { functions } from "../../sandbox/aws-provider/functions";
import { createNetwork, type Network } from "../../sandbox/content/network";
import type { PropertyMap } from "../../sandbox/pulumi/state";
import {
    type AwsFixture,
    accountId,
    createDemoCluster,
    pristineAws,
    region,
    toy,
    toyStatus,
} from "./fixtures/awsFixture";
import { type AwsPlugin, serveAwsPlugin } from "./fixtures/awsPlugin";

const issuer = "https://oidc.eks.us-west-2.amazonaws.com/id/SANDBOX";

describe("stand-in aws plugin: functions", function () {
    this.timeout(60_000);
    let fixture: AwsFixture;
    let plugin: AwsPlugin;
    let network: Network;
    const asked = new Set<string>();

    before(async () => {
        fixture = await pristineAws();
        await fixture.aws.configure({ minimumCreatingSeconds: 0 });
        plugin = await serveAwsPlugin(fixture.aws.endpoint);
        const { ec2, eks, iam } = fixture.clients;
        network = await createNetwork(ec2, region, "demo");
        await createDemoCluster(eks, network.privateSubnetIds);
        await eks.send(
            new CreateAddonCommand({ ...toy, addonVersion: "v1.10.0-eksbuild.1", tags: { team: "ml" } }),
        );
        await toyStatus(eks, "ACTIVE");
        await iam.send(
            new CreateOpenIDConnectProviderCommand({
                Url: issuer,
                ClientIDList: ["sts.amazonaws.com"],
                Tags: [{ Key: "team", Value: "ml" }],
            }),
        );
    });
    after(() => {
        plugin?.stop();
    });

    const call = async (name: string, args: PropertyMap = {}) => {
        const token = `aws:${name.includes("/") ? name : `index/${name}`}:${name.split("/").pop()}`;
        asked.add(token);
        const answer = await plugin.client.invoke(token, args);
        assert.deepEqual(answer.failures, []);
        return answer.return;
    };
    const makeEndpoint = async (service: string, team: string) => {
        const { VpcEndpoint } = await fixture.clients.ec2.send(
            new CreateVpcEndpointCommand({
                VpcId: network.vpcId,
                ServiceName: `com.amazonaws.${region}.${service}`,
                RouteTableIds: team === "ml" ? [network.publicRouteTableId] : network.privateRouteTableIds,
                TagSpecifications: [{ ResourceType: "vpc-endpoint", Tags: [{ Key: "team", Value: team }] }],
            }),
        );
        return VpcEndpoint?.VpcEndpointId;
    };

    it("tell the Region, the partition and the account", async () => {
        assert.equal((await call("getRegion"))["region"], region);
        assert.equal((await call("getRegion", { region: "eu-west-1" }))["region"], "eu-west-1");
        assert.equal((await call("getPartition"))["partition"], "aws");
        assert.equal((await call("getCallerIdentity"))["accountId"], accountId);
    });

    it("find the cluster with issuer, version and network", async () => {
        const cluster = await call("eks/getCluster", { name: "demo" });
        assert.deepEqual(cluster["identities"], [{ oidcs: [{ issuer }] }]);
        assert.match(String(cluster["version"]), /^1\.\d+$/);
        const vpc = cluster["vpcConfig"] as {
            vpcId: string;
            subnetIds: string[];
            clusterSecurityGroupId: string;
        };
        assert.equal(vpc.vpcId, network.vpcId);
        assert.deepEqual([...vpc.subnetIds].sort(), [...network.privateSubnetIds].sort());
        assert.match(vpc.clusterSecurityGroupId, /^sg-/);
        await assert.rejects(
            call("eks/getCluster", { name: "other" }),
            /EKS Cluster \(other\): couldn't find resource/,
        );
        assert.deepEqual((await call("eks/getClusters"))["names"], ["demo"]);
    });

    it("find an add-on, and the version to install", async () => {
        const addon = await call("eks/getAddon", toy);
        assert.equal(addon["addonVersion"], "v1.10.0-eksbuild.1");
        assert.deepEqual(addon["tags"], { team: "ml" });
        await assert.rejects(
            call("eks/getAddon", { ...toy, addonName: "other" }),
            /EKS Add-On \(demo:other\): couldn't find resource/,
        );
        const version = async (kubernetesVersion: string, mostRecent: boolean) =>
            (await call("eks/getAddonVersion", { addonName: toy.addonName, kubernetesVersion, mostRecent }))[
                "version"
            ];
        assert.equal(await version("1.36", true), "v1.10.0-eksbuild.1");
        assert.equal(await version("1.36", false), "v1.10.0-eksbuild.1", "the default one");
        assert.equal(await version("1.35", true), "v1.0.0-eksbuild.1");
        await assert.rejects(version("1.35", false), /couldn't find resource/);
        await assert.rejects(version("1.20", true), /couldn't find resource/);
    });

    it("find an OIDC provider by its issuer or its ARN", async () => {
        const name = "iam/getOpenIdConnectProvider";
        const byUrl = await call(name, { url: issuer });
        assert.equal(
            byUrl["arn"],
            `arn:aws:iam::${accountId}:oidc-provider/${issuer.replace("https://", "")}`,
        );
        assert.deepEqual(byUrl["tags"], { team: "ml" });
        assert.deepEqual(await call(name, { arn: byUrl["arn"] ?? "" }), byUrl);
        await assert.rejects(call(name, { url: `${issuer}X` }), /not found/);
    });

    it("find a role by its name, with its path", async () => {
        const Statement = [
            { Effect: "Allow", Principal: { Service: "pods.eks.amazonaws.com" }, Action: "sts:AssumeRole" },
        ];
        const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
        await fixture.clients.iam.send(
            new CreateRoleCommand({ RoleName: "alb", Path: "/team/", AssumeRolePolicyDocument }),
        );
        const role = await call("iam/getRole", { name: "alb" });
        assert.equal(role["arn"], `arn:aws:iam::${accountId}:role/team/alb`);
        await assert.rejects(call("iam/getRole", { name: "none" }), /couldn't find resource/);
    });

    it("find one endpoint by service, tags or id, and refuse to choose between two", async () => {
        const name = "ec2/getVpcEndpoint";
        const service = { vpcId: network.vpcId, serviceName: `com.amazonaws.${region}.s3` };
        await assert.rejects(call(name, service), /no matching EC2 VPC Endpoint found/);
        const mine = await makeEndpoint("s3", "ml");
        const found = await call(name, service);
        assert.equal(found["id"], mine);
        assert.deepEqual(found["routeTableIds"], [network.publicRouteTableId]);
        assert.deepEqual(await call(name, { id: mine ?? "" }), found);
        const other = await makeEndpoint("s3", "other");
        await assert.rejects(call(name, service), /multiple EC2 VPC Endpoints matched/);
        assert.equal((await call(name, { ...service, tags: { team: "other" } }))["id"], other);
        await assert.rejects(call(name, { ...service, tags: { team: "none" } }), /no matching/);
    });

    it("find route tables with their subnets, and subnets with zone and tags", async () => {
        const { ids } = await call("ec2/getRouteTables", { vpcId: network.vpcId });
        for (const id of [network.publicRouteTableId, ...network.privateRouteTableIds])
            assert.ok((ids as string[]).includes(id));
        const filters = [{ name: "association.main", values: ["true"] }];
        const main = await call("ec2/getRouteTables", { vpcId: network.vpcId, filters });
        assert.equal((main["ids"] as string[]).length, 1);
        const table = await call("ec2/getRouteTable", { routeTableId: network.publicRouteTableId });
        const associations = table["associations"] as { main: boolean; subnetId: string }[];
        assert.deepEqual(
            associations
                .filter((one) => !one.main)
                .map(({ subnetId }) => subnetId)
                .sort(),
            [...network.publicSubnetIds].sort(),
        );
        const subnet = await call("ec2/getSubnet", { id: network.publicSubnetIds[0] ?? "" });
        assert.equal(subnet["availabilityZone"], `${region}a`);
        assert.equal(subnet["mapPublicIpOnLaunch"], true);
        assert.equal((subnet["tags"] as PropertyMap)["kubernetes.io/role/elb"], "1");
        await assert.rejects(call("ec2/getSubnet", { id: "subnet-00000000" }), /subnet-00000000/);
        await assert.rejects(call("ec2/getRouteTable", { routeTableId: "rtb-00000000" }), /rtb-00000000/);
    });

    it("are all tried here", () => {
        assert.deepEqual([...asked].sort(), Object.keys(functions).sort());
    });
});
