// The component against mocked accounts: which children it registers, with which inputs, in which order, in preview and update.
import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
    CreateConflicts,
    DependencyMode,
    HyperPodInferenceAddon,
    type HyperPodInferenceAddonArgs,
    ownerTagKey,
} from "../../components";
import { serviceNames } from "../../components/endpointServices";
import { refuseBadOutputs } from "../../components/validateArgs";
import { type Account, MockAccount, type Registered, run } from "./mocks";

const dynamic = (kind: string) => `pulumi-nodejs:dynamic/hyperpod:${kind}`;
const addonType = "aws:eks/addon:Addon";
const ours = { [ownerTagKey]: "project/stack/inference" };

/** Every child of the plain program on an empty account. */
const children = [
    "aws:ec2/tag:Tag inference-subnet-0000000a",
    "aws:ec2/tag:Tag inference-subnet-0000000a-owner",
    "aws:ec2/tag:Tag inference-subnet-0000000b",
    "aws:ec2/tag:Tag inference-subnet-0000000b-owner",
    "aws:ec2/tag:Tag inference-subnet-0000000c",
    "aws:ec2/tag:Tag inference-subnet-0000000c-owner",
    "aws:ec2/vpcEndpoint:VpcEndpoint inference-s3",
    "aws:eks/addon:Addon inference-aws-fsx-csi-driver",
    "aws:eks/addon:Addon inference-aws-mountpoint-s3-csi-driver",
    "aws:eks/addon:Addon inference-cert-manager",
    "aws:eks/addon:Addon inference-metrics-server",
    "aws:eks/addon:Addon inference-operator",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider inference-oidc",
    "aws:iam/role:Role inference-alb",
    "aws:iam/role:Role inference-execution",
    "aws:iam/role:Role inference-fsx-csi",
    "aws:iam/role:Role inference-gated-model",
    "aws:iam/role:Role inference-keda",
    "aws:iam/role:Role inference-s3-csi",
    "aws:iam/rolePolicy:RolePolicy inference-alb",
    "aws:iam/rolePolicy:RolePolicy inference-keda",
    "aws:iam/rolePolicy:RolePolicy inference-s3-csi",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment inference-execution",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment inference-fsx-csi",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment inference-gated-model",
    "aws:s3/bucket:Bucket inference-tls",
    "aws:s3/bucketPolicy:BucketPolicy inference-tls",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock inference-tls",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration inference-tls",
    `${dynamic("AddonHealth")} inference-health`,
    `${dynamic("AddonSettings")} inference-settings`,
    `${dynamic("InferenceCluster")} inference-cluster`,
    `${dynamic("TlsBucketRetention")} inference-tls-retention`,
];

type Outputs = Record<string, unknown>;

/** Registers the component and answers the account with the component's own outputs. */
async function install(
    args: Partial<HyperPodInferenceAddonArgs> = {},
    account: Account = {},
    options: pulumi.ComponentResourceOptions | (() => pulumi.ComponentResourceOptions) = {},
    preview = false,
): Promise<{ mock: MockAccount; outputs: Outputs; component: HyperPodInferenceAddon }> {
    const outputs: Outputs = {};
    let component: HyperPodInferenceAddon | undefined;
    const mock = await run(
        () => {
            component = new HyperPodInferenceAddon(
                "inference",
                { clusterName: "demo", ...args },
                typeof options === "function" ? options() : options,
            );
            const all = component as unknown as Record<string, pulumi.Output<unknown>>;
            for (const key of [
                "addonArn",
                "addonConfiguration",
                "addonStatus",
                "addonVersion",
                "healthIssues",
                "namespace",
                "roleArns",
                "tlsBucketName",
                "adopted",
            ]) {
                all[key]?.apply((value) => {
                    outputs[key] = value;
                });
            }
        },
        account,
        preview,
    );
    assert.ok(component);
    return { mock, outputs, component };
}

const namesOf = (mock: MockAccount) =>
    mock.registered
        .filter((one) => one.custom)
        .map((one) => `${one.type} ${one.name}`)
        .sort();
const settingsOf = (outputs: Outputs) =>
    JSON.parse(String(outputs["addonConfiguration"])) as Record<string, any>;

describe("the component on an empty account", () => {
    it("shows the parts it made", async () => {
        const { component } = await install({ albRoleArn: "arn:aws:iam::123456789012:role/alb" });
        const { roles, tlsBucket, endpoints, dependencies, addon, migration } = component.nodes;
        assert.deepEqual(Object.keys(roles).sort(), ["execution", "fsxCsi", "gatedModel", "keda", "s3Csi"]);
        assert.ok(roles.execution instanceof aws.iam.Role);
        assert.ok(tlsBucket instanceof aws.s3.Bucket);
        assert.deepEqual(
            (await endpoints).map((one) => one instanceof aws.ec2.VpcEndpoint),
            [true],
        );
        assert.deepEqual(Object.keys(await dependencies).sort(), [
            "aws-fsx-csi-driver",
            "aws-mountpoint-s3-csi-driver",
            "cert-manager",
            "metrics-server",
        ]);
        assert.ok((await addon) instanceof aws.eks.Addon);
        assert.equal(migration, undefined);
    });

    it("shows the move in place of the add-on", async () => {
        const { component } = await install({ migrateFromHelm: {} });
        const { addon, dependencies, migration, tlsBucket } = component.nodes;
        assert.equal(await addon, undefined);
        assert.deepEqual(await dependencies, {});
        assert.equal(tlsBucket, undefined);
        assert.equal(migration?.constructor.name, "HelmToAddonMigration");
    });

    for (const preview of [false, true]) {
        it(`registers every part ${preview ? "in a preview" : "in an update"}`, async () => {
            const { mock } = await install({}, {}, {}, preview);
            assert.deepEqual(namesOf(mock), children);
        });
    }

    it("is the parent of all of them, and a second run asks for exactly the same", async () => {
        const first = await install();
        const second = await install();
        for (const child of first.mock.registered.filter((one) => one.custom)) {
            assert.match(child.parent ?? "", /::hyperpod-inference:index:HyperPodInferenceAddon::inference$/);
        }
        const order = (all: Registered[]) =>
            [...all]
                .sort((a, b) => (a.type + a.name < b.type + b.name ? -1 : 1))
                .map(({ type, name, inputs }) => ({ type, name, inputs }));
        assert.deepEqual(order(first.mock.registered), order(second.mock.registered));
    });

    it("answers the documented outputs", async () => {
        const { outputs } = await install();
        assert.equal(
            outputs["addonArn"],
            "arn:aws:eks:us-west-2:123456789012:addon/demo/amazon-sagemaker-hyperpod-inference/0",
        );
        assert.equal(outputs["addonVersion"], "v9.9.9-eksbuild.1");
        assert.equal(outputs["addonStatus"], "ACTIVE");
        assert.deepEqual(outputs["healthIssues"], []);
        assert.equal(outputs["namespace"], "hyperpod-inference-system");
        assert.deepEqual(Object.keys(outputs["roleArns"] as object).sort(), [
            "alb",
            "execution",
            "fsxCsi",
            "gatedModel",
            "keda",
            "s3Csi",
        ]);
        assert.equal(outputs["tlsBucketName"], "hyperpod-tls-inference-0");
        assert.deepEqual(outputs["adopted"], []);
    });

    it("sends the documented settings, as JSON with sorted keys", async () => {
        const { outputs } = await install();
        const role = (name: string) => `arn:aws:iam::123456789012:role/${name}-0`;
        assert.deepEqual(settingsOf(outputs), {
            alb: { enabled: true, serviceAccount: { create: true, roleArn: role("inference-alb") } },
            executionRoleArn: role("SageMakerHyperPodInference"),
            hyperpodClusterArn: "arn:aws:sagemaker:us-west-2:123456789012:cluster/abcdefghijkl",
            jumpstartGatedModelDownloadRoleArn: role("inference-gated-model"),
            keda: {
                auth: { aws: { irsa: { enabled: true, roleArn: role("inference-keda") } } },
                enabled: true,
            },
            tlsCertificateS3Bucket: "hyperpod-tls-inference-0",
        });
        const keys = [...String(outputs["addonConfiguration"]).matchAll(/"(\w+)":/g)].map(
            (match) => match[1],
        );
        assert.equal(keys[0], "alb");
        assert.deepEqual(Object.keys(settingsOf(outputs)), Object.keys(settingsOf(outputs)).sort());
    });

    it("installs in order: roles, bucket, endpoint, tags, settings, dependencies, operator, health", async () => {
        const { mock } = await install();
        const operator = mock.only(addonType, "inference-operator");
        const before = children
            .filter((child) => !/operator|health|InferenceCluster|openId/.test(child))
            .map((child) => child.replace(" ", "::"));
        for (const name of before)
            assert.ok(operator.dependencies.includes(name), `${name} is not waited for`);
        for (const name of [
            "cert-manager",
            "metrics-server",
            "aws-fsx-csi-driver",
            "aws-mountpoint-s3-csi-driver",
        ]) {
            const dependency = mock.only(addonType, `inference-${name}`);
            assert.ok(
                dependency.dependencies.includes(`${dynamic("AddonSettings")}::inference-settings`),
                name,
            );
        }
        const health = mock.only(dynamic("AddonHealth"));
        assert.ok(health.dependencies.includes("aws:eks/addon:Addon::inference-operator"));
        const position = (name: string) =>
            mock.registered.findIndex((one) => one.type === addonType && one.name === name);
        assert.ok(position("inference-cert-manager") < position("inference-operator"));
    });

    it("gives the endpoint the route tables of the cluster's subnets, the main one for those without their own", async () => {
        const { mock } = await install();
        assert.deepEqual(mock.only("aws:ec2/vpcEndpoint:VpcEndpoint").inputs, {
            vpcId: "vpc-1",
            serviceName: "com.amazonaws.us-west-2.s3",
            vpcEndpointType: "Gateway",
            routeTableIds: ["rtb-0000000a", "rtb-0000000b"],
            tags: ours,
        });
    });

    it("marks public and private subnets, each with an owner mark first", async () => {
        const { mock } = await install();
        const tag = (name: string) => mock.only("aws:ec2/tag:Tag", name);
        assert.equal(tag("inference-subnet-0000000a").inputs["key"], "kubernetes.io/role/internal-elb");
        assert.equal(tag("inference-subnet-0000000c").inputs["key"], "kubernetes.io/role/elb");
        assert.deepEqual(tag("inference-subnet-0000000c").dependencies, [
            "aws:ec2/tag:Tag::inference-subnet-0000000c-owner",
        ]);
    });

    it("keeps everything that protects the bucket, and lets only the empty bucket go", async () => {
        const { mock } = await install({
            tlsBucketKmsKeyArn: "arn:aws:kms:us-west-2:123456789012:key/1",
            tlsBucketAccessLogsBucket: "logs",
        });
        for (const one of mock.registered.filter(({ type }) => type.startsWith("aws:s3/")))
            assert.ok(one.retainOnDelete, one.type);
        const encryption = mock.registered.find(({ type }) => type.includes("ServerSide"));
        assert.deepEqual(encryption?.inputs["rules"], [
            {
                applyServerSideEncryptionByDefault: {
                    sseAlgorithm: "aws:kms",
                    kmsMasterKeyId: "arn:aws:kms:us-west-2:123456789012:key/1",
                },
                bucketKeyEnabled: true,
            },
        ]);
        assert.deepEqual(mock.only("aws:s3/bucketLogging:BucketLogging").inputs, {
            bucket: "hyperpod-tls-inference-0",
            targetBucket: "logs",
            targetPrefix: "tls-cert-logs/",
        });
        const retention = mock.only(dynamic("TlsBucketRetention"));
        assert.equal(retention.retainOnDelete, false);
        assert.equal(retention.inputs["keep"], false);
    });
});

describe("what exists already", () => {
    const there = { "cert-manager": { version: "v1.18.2-eksbuild.2", tags: {} as Record<string, string> } };

    it("without our tag it is adopted and left alone", async () => {
        const { mock, outputs } = await install(
            {},
            { hasOidc: true, endpoint: { routeTableIds: ["rtb-0000000a", "rtb-0000000b"] }, addons: there },
        );
        assert.equal(mock.all("aws:iam/openIdConnectProvider:OpenIdConnectProvider").length, 0);
        assert.equal(mock.all("aws:ec2/vpcEndpoint:VpcEndpoint").length, 0);
        assert.equal(
            mock.all("aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation").length,
            0,
        );
        assert.ok(!namesOf(mock).includes("aws:eks/addon:Addon inference-cert-manager"));
        assert.deepEqual(outputs["adopted"], [
            "OIDC provider arn:aws:iam::123456789012:oidc-provider/there",
            "S3 gateway endpoint vpce-00000001",
            "add-on cert-manager v1.18.2-eksbuild.2",
        ]);
        const trust = JSON.parse(mock.only("aws:iam/role:Role", "inference-keda").inputs["assumeRolePolicy"]);
        assert.equal(trust.Statement[0].Principal.Federated, "arn:aws:iam::123456789012:oidc-provider/there");
    });

    it("with our tag it stays ours, at the version it has", async () => {
        const account = {
            hasOidc: true,
            oidcTags: ours,
            endpoint: { routeTableIds: ["rtb-0000000a"], tags: ours },
            addons: { "cert-manager": { version: "v1.18.2-eksbuild.2", tags: ours } },
        };
        const { mock, outputs } = await install({}, account);
        assert.deepEqual(namesOf(mock), children);
        assert.deepEqual(outputs["adopted"], []);
        assert.equal(
            mock.only(addonType, "inference-cert-manager").inputs["addonVersion"],
            "v1.18.2-eksbuild.2",
        );
        assert.equal(
            mock.only(addonType, "inference-metrics-server").inputs["addonVersion"],
            "v9.9.9-eksbuild.1",
        );
    });

    it("with another component's tag it is adopted", async () => {
        const { mock } = await install(
            {},
            { hasOidc: true, oidcTags: { [ownerTagKey]: "project/stack/other" } },
        );
        assert.equal(mock.all("aws:iam/openIdConnectProvider:OpenIdConnectProvider").length, 0);
    });

    it("all combinations of provider, endpoint and add-ons, there or not, ours or not", async () => {
        const addonNames = [
            "cert-manager",
            "metrics-server",
            "aws-fsx-csi-driver",
            "aws-mountpoint-s3-csi-driver",
        ];
        for (let bits = 0; bits < 3 ** 3; bits += 1) {
            const [oidc, endpoint, addons] = [bits % 3, Math.floor(bits / 3) % 3, Math.floor(bits / 9)];
            const tags = (state: number) => (state === 2 ? ours : {});
            const account: Account = {
                hasOidc: oidc > 0,
                oidcTags: tags(oidc),
                ...(endpoint > 0
                    ? { endpoint: { routeTableIds: ["rtb-0000000a", "rtb-0000000b"], tags: tags(endpoint) } }
                    : {}),
                addons:
                    addons > 0
                        ? Object.fromEntries(
                              addonNames.map((name) => [
                                  name,
                                  { version: "v1.0.0-eksbuild.1", tags: tags(addons) },
                              ]),
                          )
                        : {},
            };
            const { mock } = await install({}, account, {}, true);
            const label = `combination ${bits}`;
            assert.equal(
                mock.all("aws:iam/openIdConnectProvider:OpenIdConnectProvider").length,
                oidc === 1 ? 0 : 1,
                label,
            );
            assert.equal(mock.all("aws:ec2/vpcEndpoint:VpcEndpoint").length, endpoint === 1 ? 0 : 1, label);
            assert.equal(mock.all(addonType).length, addons === 1 ? 1 : 5, label);
        }
    });

    it("an endpoint that lacks a route table gets it, marked first; the mark keeps it ours", async () => {
        const type = "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation";
        const before = await install({}, { endpoint: { routeTableIds: ["rtb-0000000a"] } });
        assert.deepEqual(before.mock.only(type).inputs, {
            vpcEndpointId: "vpce-00000001",
            routeTableId: "rtb-0000000b",
        });
        assert.deepEqual(before.mock.only(type).dependencies, ["aws:ec2/tag:Tag::inference-s3-rtb-0000000b"]);
        const mark = { [`${ownerTagKey}:rtb-0000000b`]: "project/stack/inference" };
        const after = await install(
            {},
            { endpoint: { routeTableIds: ["rtb-0000000a", "rtb-0000000b"], tags: mark } },
        );
        assert.deepEqual(namesOf(after.mock), namesOf(before.mock));
    });

    it("a subnet tag that is there is adopted, one that we made stays ours", async () => {
        const key = "kubernetes.io/role/internal-elb";
        const mark = { [`${ownerTagKey}:internal-elb`]: "project/stack/inference" };
        const subnetTags = { "subnet-0000000a": { [key]: "1" }, "subnet-0000000b": { [key]: "1", ...mark } };
        const { mock, outputs } = await install({}, { subnetTags });
        assert.deepEqual(outputs["adopted"], [`tag ${key} of subnet-0000000a`]);
        assert.ok(!mock.registered.some(({ name }) => name === "inference-subnet-0000000a"));
        mock.only("aws:ec2/tag:Tag", "inference-subnet-0000000b");
    });

    it("an owner that an earlier update stored stays, even when the stack was renamed", async () => {
        const tags = { [ownerTagKey]: "old/stack/inference" };
        const { mock } = await install(
            {},
            { storedOwner: "old/stack/inference", hasOidc: true, oidcTags: tags },
        );
        assert.deepEqual(
            mock.only("aws:iam/openIdConnectProvider:OpenIdConnectProvider").inputs["tags"],
            tags,
        );
    });
});

describe("what is given", () => {
    const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

    it("is used, and nothing is made in its place", async () => {
        const { mock, outputs } = await install({
            oidcProviderArn: "arn:aws:iam::123456789012:oidc-provider/mine",
            executionRoleArn: role("SageMakerHyperPodInference-mine"),
            albRoleArn: role("alb"),
            kedaRoleArn: role("keda"),
            jumpstartGatedModelDownloadRoleArn: role("gated"),
            s3CsiRoleArn: role("s3"),
            fsxCsiRoleArn: role("fsx"),
            tlsCertificateS3Bucket: "hyperpod-tls-mine",
            s3Endpoint: false,
            tagSubnets: false,
            s3Csi: { mode: DependencyMode.Present },
            fsxCsi: { mode: DependencyMode.Skip },
            certManager: { mode: DependencyMode.Present },
            metricsServer: { mode: DependencyMode.Skip },
        });
        assert.deepEqual(namesOf(mock), [
            "aws:eks/addon:Addon inference-operator",
            `${dynamic("AddonHealth")} inference-health`,
            `${dynamic("AddonSettings")} inference-settings`,
            `${dynamic("InferenceCluster")} inference-cluster`,
        ]);
        assert.equal(settingsOf(outputs)["executionRoleArn"], role("SageMakerHyperPodInference-mine"));
        assert.equal(settingsOf(outputs)["alb"].serviceAccount.roleArn, role("alb"));
        assert.equal(settingsOf(outputs)["tlsCertificateS3Bucket"], "hyperpod-tls-mine");
    });

    it("a bucket outside hyperpod-tls* gets a policy on the role that we make", async () => {
        const { mock } = await install({ tlsCertificateS3Bucket: "certificates" });
        const policy = JSON.parse(
            mock.only("aws:iam/rolePolicy:RolePolicy", "inference-tls-bucket").inputs["policy"],
        );
        assert.deepEqual(
            policy.Statement.map((statement: any) => [statement.Sid, statement.Resource]),
            [
                ["TLSBucketDeleteObjectsPermission", "arn:aws:s3:::certificates/*"],
                ["TLSBucketGetObjectAccess", "arn:aws:s3:::certificates/*"],
                ["TLSBucketPutObjectAccess", "arn:aws:s3:::certificates/*"],
            ],
        );
        const inside = await install({ tlsCertificateS3Bucket: "hyperpod-tlsmine" });
        assert.ok(!inside.mock.registered.some(({ name }) => name === "inference-tls-bucket"));
    });

    it("turns off the bundled controllers and their roles", async () => {
        const { mock, outputs } = await install({ alb: { enabled: false }, keda: { enabled: false } });
        assert.deepEqual(settingsOf(outputs)["alb"], { enabled: false });
        assert.deepEqual(settingsOf(outputs)["keda"], { enabled: false });
        assert.ok(!mock.registered.some(({ name }) => /inference-(alb|keda)$/.test(name)));
    });

    it("schedules, opens the gateway and merges what has no argument", async () => {
        const { mock, outputs } = await install({
            gateway: {},
            nodeSelector: { pool: "system" },
            tolerations: [{ key: "gpu", operator: "Exists" }],
            affinity: { nodeAffinity: {} },
            enableCustomServiceAccounts: true,
            keda: { tolerations: [{ operator: "Exists" }] },
            additionalConfiguration: { alb: { replicaCount: 3 }, extra: pulumi.output({ a: 1 }) },
        });
        const settings = settingsOf(outputs);
        assert.deepEqual(settings["inferenceGateway"], {
            enabled: true,
            serviceAccount: { roleArn: "arn:aws:iam::123456789012:role/inference-gateway-0" },
        });
        assert.deepEqual(settings["nodeSelector"], { pool: "system" });
        assert.deepEqual(settings["tolerations"], [{ key: "gpu", operator: "Exists" }]);
        assert.deepEqual(settings["keda"].tolerations, [{ operator: "Exists" }]);
        assert.equal(settings["enableCustomServiceAccounts"], true);
        assert.equal(settings["alb"].replicaCount, 3);
        assert.equal(settings["alb"].serviceAccount.create, true);
        assert.deepEqual(settings["extra"], { a: 1 });
        const attachment = mock.only(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "inference-gateway",
        );
        assert.match(attachment.inputs["policyArn"], /AmazonSageMakerHyperPodInferenceGatewayAccess$/);
    });

    it("pins versions and conflict modes", async () => {
        const { mock } = await install({
            addonVersion: "v1.3.0-eksbuild.1",
            resolveConflictsOnCreate: CreateConflicts.None,
            s3Csi: { version: "v1.14.1-eksbuild.1", configuration: { b: 1, a: 2 } },
        });
        const operator = mock.only(addonType, "inference-operator").inputs;
        assert.equal(operator["addonVersion"], "v1.3.0-eksbuild.1");
        assert.equal(operator["resolveConflictsOnCreate"], "NONE");
        assert.equal(operator["resolveConflictsOnUpdate"], "PRESERVE");
        const driver = mock.only(addonType, "inference-aws-mountpoint-s3-csi-driver").inputs;
        assert.equal(driver["configurationValues"], '{"a":2,"b":1}');
        assert.equal(driver["addonVersion"], "v1.14.1-eksbuild.1");
        assert.match(driver["serviceAccountRoleArn"], /inference-s3-csi-0$/);
    });

    it("a private cluster gets interface endpoints, one subnet per zone; those that exist are adopted", async () => {
        const { mock, outputs } = await install(
            { privateCluster: true },
            { interfaceEndpoints: { sts: {}, logs: ours } },
        );
        const made = mock.all("aws:ec2/vpcEndpoint:VpcEndpoint").map(({ name }) => name);
        assert.ok(!made.includes("inference-sts"));
        assert.deepEqual(outputs["adopted"], ["sts interface endpoint vpce-sts"]);
        const logs = mock.only("aws:ec2/vpcEndpoint:VpcEndpoint", "inference-logs").inputs;
        assert.deepEqual(logs["subnetIds"], ["subnet-0000000a", "subnet-0000000c"]);
        assert.deepEqual(logs["securityGroupIds"], ["sg-00000001"]);
        assert.equal(logs["privateDnsEnabled"], true);
    });

    it("a private cluster uses what its VPC has: several endpoints of a service, or a private hosted zone for its domain", async () => {
        const { mock, outputs } = await install(
            { privateCluster: true, interfaceEndpoints: ["sts", "logs"] },
            { privateZones: ["sts.us-west-2.amazonaws.com"] },
        );
        assert.deepEqual(outputs["adopted"], [
            "sts through the private hosted zone Z-sts.us-west-2.amazonaws.com",
        ]);
        mock.only("aws:ec2/vpcEndpoint:VpcEndpoint", "inference-logs");
        const crowded = await install(
            { privateCluster: true, interfaceEndpoints: ["sts"], s3Endpoint: false },
            { hasSeveralEndpoints: true },
        );
        assert.deepEqual(crowded.outputs["adopted"], ["sts interface endpoints of the VPC"]);
        assert.deepEqual(crowded.mock.all("aws:ec2/vpcEndpoint:VpcEndpoint"), []);
    });

    it("endpoint services are called as the partition calls them; one that a program names must be there", async () => {
        const china = {
            partition: "aws-cn",
            region: "cn-north-1",
            endpointServices: [
                "cn.com.amazonaws.cn-north-1.sts",
                "com.amazonaws.cn-north-1.logs",
                "com.amazonaws.cn-north-1.s3",
            ],
        };
        const { mock } = await install({ privateCluster: true }, china);
        const names = mock
            .all("aws:ec2/vpcEndpoint:VpcEndpoint")
            .map(({ inputs }) => inputs["serviceName"])
            .sort();
        assert.deepEqual(names, [...china.endpointServices].sort(), "what nobody named is left out");
        const named = await install({ privateCluster: true, interfaceEndpoints: ["eks-auth"] }, china);
        await assert.rejects(
            named.component.nodes.endpoints,
            /interfaceEndpoints: the Region cn-north-1 offers no interface endpoint for eks-auth/,
        );
        assert.deepEqual(
            ["us-gov-west-1", "us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "eusc-de-east-1"].map(
                (region) => serviceNames(region, "sts")[0],
            ),
            [
                "com.amazonaws.us-gov-west-1.sts",
                "gov.ic.c2s.us-iso-east-1.sts",
                "gov.sgov.sc2s.us-isob-east-1.sts",
                "uk.adc-e.cloud.eu-isoe-west-1.sts",
                "eu.amazonaws.eusc-de-east-1.sts",
            ],
        );
    });

    it("several S3 gateway endpoints: used where they serve all route tables, else one is to be named", async () => {
        const tables = ["rtb-0000000a", "rtb-0000000b"];
        const served = await install({}, { hasSeveralEndpoints: true, servedElsewhere: tables });
        assert.deepEqual(served.outputs["adopted"], ["S3 gateway endpoints of the VPC"]);
        assert.deepEqual(served.mock.all("aws:ec2/vpcEndpoint:VpcEndpoint"), []);
        const open = await install({}, { hasSeveralEndpoints: true, servedElsewhere: ["rtb-0000000a"] });
        await assert.rejects(
            open.component.nodes.endpoints,
            /s3EndpointId: the VPC vpc-\w+ has several gateway endpoints for S3, and none serves rtb-0000000b/,
        );
    });

    it("a route table that another S3 endpoint serves is left to it", async () => {
        const { mock } = await install(
            { s3EndpointId: "vpce-00000009" },
            { endpoint: { routeTableIds: [] }, servedElsewhere: ["rtb-0000000a"] },
        );
        assert.deepEqual(
            mock
                .all("aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation")
                .map(({ inputs }) => inputs["routeTableId"]),
            ["rtb-0000000b"],
        );
    });
});

describe("what reaches every child", () => {
    it("the provider of the program, also in look-ups; our own resources keep theirs", async () => {
        const { mock } = await install({}, {}, () => ({
            provider: new aws.Provider("eu", { region: "eu-west-1", profile: "team" }),
        }));
        for (const child of mock.registered.filter((one) => one.custom && !one.type.startsWith("pulumi:"))) {
            if (child.type.startsWith("pulumi-nodejs:")) assert.equal(child.provider, undefined, child.type);
            else assert.match(child.provider ?? "", /pulumi:providers:aws::eu::eu-id$/, child.type);
        }
        for (const call of mock.calls) assert.match(call.provider ?? "", /::eu::eu-id$/, call.token);
        assert.equal(mock.only(dynamic("InferenceCluster")).inputs["profile"], "team");
    });

    it("the Region argument, wherever AWS takes one", async () => {
        const { mock } = await install({ region: "eu-west-1" });
        for (const child of mock.registered.filter(
            (one) => one.type.startsWith("aws:") && !one.type.startsWith("aws:iam"),
        )) {
            assert.equal(child.inputs["region"], "eu-west-1", child.type);
        }
        for (const call of mock.calls.filter(({ token }) => /aws:(eks|ec2)/.test(token))) {
            assert.equal(call.inputs["region"], "eu-west-1", call.token);
        }
        assert.equal(
            mock.only("aws:ec2/vpcEndpoint:VpcEndpoint").inputs["serviceName"],
            "com.amazonaws.eu-west-1.s3",
        );
        assert.equal(mock.only(dynamic("AddonHealth")).inputs["region"], "eu-west-1");
    });

    it("tags, with the owner tag", async () => {
        const { mock } = await install({ tags: { team: pulumi.output("ml") }, ownerTagValue: "mine" });
        const taggable = mock.registered.filter(
            (one) => /Role$|Provider$|:Addon$|:Bucket$|VpcEndpoint$/.test(one.type) && one.custom,
        );
        assert.equal(taggable.length, 14);
        for (const child of taggable) {
            assert.equal(child.inputs["tags"]["team"], "ml", child.type);
            assert.equal(child.inputs["tags"][ownerTagKey], "mine", child.type);
        }
    });

    it("protect, custom timeouts and aliases", async () => {
        const { mock } = await install(
            {},
            {},
            {
                protect: true,
                customTimeouts: { create: "40m", delete: "50m" },
                aliases: [{ name: "before" }],
            },
        );
        const all = mock.registered.filter((one) => one.custom);
        assert.equal(all.length, children.length);
        // The engine hands a component's aliases down to the children it is the parent of.
        const component = mock.registered.find((one) => !one.custom && one.name === "inference");
        assert.ok(
            component?.aliases.some((alias) => alias.includes('"name":"before"')),
            String(component?.aliases),
        );
        for (const child of all) {
            assert.ok(child.protect, child.type);
            assert.deepEqual(child.timeouts, { create: "40m", update: "", delete: "50m" }, child.type);
        }
    });

    it("boundary and path, for every role", async () => {
        const boundary = "arn:aws:iam::123456789012:policy/limit";
        const { mock } = await install({ rolePermissionsBoundary: boundary, rolePath: "/ml/" });
        const roles = mock.all("aws:iam/role:Role");
        assert.equal(roles.length, 6);
        for (const { inputs } of roles)
            assert.deepEqual([inputs["permissionsBoundary"], inputs["path"]], [boundary, "/ml/"]);
    });

    it("the partition, in every ARN", async () => {
        const { mock } = await install({}, { partition: "aws-us-gov", region: "us-gov-west-1" });
        const texts = mock.registered.filter(
            ({ type }) => type.startsWith("aws:iam/rolePolicy") || type.startsWith("aws:s3/bucketPolicy"),
        );
        for (const one of texts) {
            const text = JSON.stringify(one.inputs);
            assert.ok(!/arn:aws:/.test(text), `${one.name}: ${text.slice(0, 200)}`);
        }
    });

    it("with preserveOnDelete everything outlives the stack, and EKS keeps the software", async () => {
        const { mock } = await install({ preserveOnDelete: true });
        for (const addon of mock.all(addonType)) assert.equal(addon.inputs["preserve"], true, addon.name);
        for (const child of mock.registered.filter(
            ({ type }) => type.startsWith("aws:") && type !== addonType,
        )) {
            assert.ok(child.retainOnDelete, child.type);
        }
        assert.equal(mock.only(dynamic("AddonHealth")).inputs["preserve"], true);
        assert.equal(mock.only(dynamic("TlsBucketRetention")).inputs["keep"], true);
    });
});

describe("a preview of a cluster that is not there yet", () => {
    it("shows every part whose number is known, and calls nothing for the cluster", async () => {
        const { mock } = await install(
            { clusterName: pulumi.output(pulumi.unknown) as unknown as pulumi.Output<string> },
            {},
            {},
            true,
        );
        assert.deepEqual(
            namesOf(mock),
            children.filter((child) => !child.startsWith("aws:ec2/tag:")),
        );
        assert.deepEqual([...new Set(mock.calls.map(({ token }) => token.split("/").pop()))].sort(), [
            "getCallerIdentity:getCallerIdentity",
            "getPartition:getPartition",
            "getRegion:getRegion",
        ]);
    });
});

describe("values that come from other resources", () => {
    it("that turn out wrong are reported by property path", async () => {
        const args = {
            clusterName: pulumi.output("-"),
            installTimeoutMinutes: pulumi.output(0),
            tags: { a: pulumi.secret("x") },
        };
        const errors = await refusedOf(args);
        assert.deepEqual(
            errors.map((one) => one.propertyPath),
            ["clusterName", "installTimeoutMinutes"],
        );
    });

    it("of another partition, account or Region, and roles that are not there, are told with everything else", async () => {
        const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
        await new MockAccount({ absentRoles: ["gone"], roleArns: { moved: role("team/moved") } }).install();
        const errors = await refusedOf({
            clusterName: "demo",
            installTimeoutMinutes: pulumi.output(0),
            albRoleArn: role("gone"),
            kedaRoleArn: pulumi.output(role("moved")),
            jumpstartGatedModelDownloadRoleArn: role("there"),
            executionRoleArn: "arn:aws:iam::111122223333:role/SageMakerHyperPodInference-x",
            fsxCsiRoleArn: "arn:aws-cn:iam::123456789012:role/fsx",
            hyperpodClusterArn: "arn:aws:sagemaker:eu-west-1:123456789012:cluster/abcdefghijkl",
            rolePermissionsBoundary: "arn:aws:iam::aws:policy/PowerUserAccess",
            tlsBucketKmsKeyArn: "arn:aws:kms:us-west-2:111122223333:key/11111111-2222-3333-4444-555555555555",
            modelBucketArns: ["arn:aws:s3:::models", "arn:aws-us-gov:s3:::models"],
        });
        const reasons = Object.fromEntries(
            errors.map(({ propertyPath, reason }) => [
                propertyPath,
                reason.replace(/(not exist|, and).*/, "$1"),
            ]),
        );
        assert.deepEqual(reasons, {
            installTimeoutMinutes: "must be a whole number of minutes from 1 to 1440, not 0",
            albRoleArn: "does not exist",
            kedaRoleArn: "does not exist",
            executionRoleArn: "is of the account 111122223333, and",
            fsxCsiRoleArn: "is of the partition aws-cn, and",
            hyperpodClusterArn: "is of the Region eu-west-1, and",
            "modelBucketArns[1]": "is of the partition aws-us-gov, and",
        });
    });

    const place = {
        partition: pulumi.output("aws"),
        region: pulumi.output("us-west-2"),
        accountId: pulumi.output("123456789012"),
    };
    const refusedOf = async (args: HyperPodInferenceAddonArgs) => {
        const error = await refuseBadOutputs("inference", args, place, {}).then(
            () => assert.fail("was taken"),
            (thrown: pulumi.InputPropertiesError) => thrown,
        );
        return error.errors ?? assert.fail(error.message);
    };
});

describe("a resource that depends on the component", () => {
    it("waits for the last child, the add-on's health", async () => {
        const mock = await run(() => {
            const inference = new HyperPodInferenceAddon("inference", { clusterName: "demo" });
            new aws.s3.Bucket("model", {}, { dependsOn: [inference] });
        });
        const model = mock.only("aws:s3/bucket:Bucket", "model");
        assert.ok(
            model.dependencies.includes(`${dynamic("AddonHealth")}::inference-health`),
            String(model.dependencies),
        );
        assert.equal(mock.registered.at(-1)?.name, "model");
    });
});

describe("a move from Helm", () => {
    it("gets our roles and settings, and keeps the release's role and bucket unless they are given", async () => {
        const { mock, outputs } = await install({
            migrateFromHelm: { releaseName: "op" },
            addonVersion: "v1.3.0-eksbuild.1",
            tolerations: [{ operator: "Exists" }],
            keda: { enabled: false },
            tags: { CostCenter: "4711" },
        });
        const move = mock.only(dynamic("HelmToAddonMigration"));
        assert.equal(move.name, "inference-move");
        assert.equal(mock.all(addonType).length, 0);
        assert.equal(mock.all("aws:s3/bucket:Bucket").length, 0);
        const { inputs } = move;
        assert.equal(inputs.clusterName, "demo");
        assert.equal(inputs.releaseName, "op");
        assert.deepEqual(inputs.tags, { CostCenter: "4711" });
        assert.equal(inputs.addonVersion, "v1.3.0-eksbuild.1");
        assert.match(inputs.albRoleArn, /inference-alb-0$/);
        assert.equal(inputs.kedaRoleArn, undefined);
        assert.equal(inputs.executionRoleArn, undefined);
        assert.deepEqual(inputs.additionalConfiguration, {
            keda: { enabled: false },
            tolerations: [{ operator: "Exists" }],
        });
        for (const name of ["inference-alb", "inference-s3-csi"])
            assert.ok(move.dependencies.includes(`aws:iam/rolePolicy:RolePolicy::${name}`));
        assert.equal(outputs["namespace"], "hyperpod-inference-system");
    });

    it("with a bucket given, brings the operator's role too, with access to it", async () => {
        const { mock } = await install({ migrateFromHelm: {}, tlsCertificateS3Bucket: "old-tls" });
        const { inputs } = mock.only(dynamic("HelmToAddonMigration"));
        assert.match(inputs.executionRoleArn, /role\/SageMakerHyperPodInference-0$/);
        assert.equal(inputs.tlsCertificateS3Bucket, "old-tls");
        mock.only("aws:iam/rolePolicy:RolePolicy", "inference-tls-bucket");
    });
});
