// Programs that together make every kind of child, in preview and update: what was given to the component must reach each one.
import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
    DependencyMode,
    HyperPodInferenceAddon,
    type HyperPodInferenceAddonArgs,
    ownerTagKey,
} from "../../components";
import { type Account, type MockAccount, type Registered, run } from "./mocks";

const own = (kind: string) => `pulumi-nodejs:dynamic/hyperpod:${kind}`;

/** Everything that the component can make. */
const kinds = [
    "aws:ec2/tag:Tag",
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "aws:ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation",
    "aws:eks/addon:Addon",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketLogging:BucketLogging",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    own("AddonHealth"),
    own("AddonSettings"),
    own("HelmToAddonMigration"),
    own("InferenceCluster"),
    own("TlsBucketRetention"),
    own("WayBack"),
];
const taggable = /:(Addon|Bucket|OpenIdConnectProvider|Role|VpcEndpoint)$/;
const global = /^aws:iam\//;

const programs: [what: string, args: Partial<HyperPodInferenceAddonArgs>, account: Account][] = [
    [
        "a private cluster with access logs and gateway, on somebody else's endpoint",
        { privateCluster: true, gateway: {}, tlsBucketAccessLogsBucket: "logs" },
        { endpoint: { routeTableIds: ["rtb-0000000a"] } },
    ],
    [
        "a move from Helm with a bucket of its own",
        { migrateFromHelm: {}, tlsCertificateS3Bucket: "certificates" },
        {},
    ],
];

function component(
    args: Partial<HyperPodInferenceAddonArgs>,
    options: pulumi.ComponentResourceOptions,
): void {
    new HyperPodInferenceAddon("inference", { clusterName: "demo", ...args }, options);
}

const childrenOf = (mock: MockAccount) =>
    mock.registered.filter(({ custom, type }) => custom && !type.startsWith("pulumi:"));

describe("every kind of child", function () {
    this.timeout(20_000);
    const seen = new Set<string>();

    for (const [what, args, account] of programs) {
        for (const preview of [false, true]) {
            it(`of ${what} gets what the component got, in ${preview ? "a preview" : "an update"}`, async () => {
                const mock = await run(
                    () =>
                        component(
                            { ...args, region: "eu-west-1", tags: { team: "ml" }, ownerTagValue: "mine" },
                            {
                                provider: new aws.Provider("eu", { region: "eu-west-1" }),
                                protect: true,
                                aliases: [{ name: "before" }],
                                customTimeouts: { create: "40m", update: "30m", delete: "50m" },
                            },
                        ),
                    { region: "eu-west-1", ...account },
                    preview,
                );
                for (const child of childrenOf(mock)) {
                    seen.add(child.type);
                    isGivenEverything(child, preview);
                }
                const parent = mock.registered.find(({ custom, name }) => !custom && name === "inference");
                assert.match(String(parent?.aliases), /"name":"before"/);
            });
        }
    }

    it("is made by one of these programs", () => assert.deepEqual([...seen].sort(), kinds));
});

function isGivenEverything(
    { type, name, parent, provider, protect, timeouts, inputs }: Registered,
    preview: boolean,
): void {
    const label = `${type} ${name}`;
    assert.match(name, /^inference-/, label);
    assert.match(parent ?? "", /:HyperPodInferenceAddon::inference$/, label);
    assert.ok(protect, label);
    assert.deepEqual(timeouts, { create: "40m", update: "30m", delete: "50m" }, label);
    // Our own resources have a provider of their own kind, and take the Region as an input.
    if (type.startsWith("aws:")) assert.match(provider ?? "", /pulumi:providers:aws::eu::/, label);
    else assert.equal(provider, undefined, label);
    // In a preview, an explicit provider keeps to itself which of its settings are not set; the move waits for them.
    if (type === own("WayBack") || type === own("HelmToAddonMigration"))
        assert.ok(inputs["region"] === "eu-west-1" || (preview && pulumi.isUnknown(inputs["region"])), label);
    else if (!global.test(type)) assert.equal(inputs["region"], "eu-west-1", label);
    if (taggable.test(type)) {
        const { team, [ownerTagKey]: owner } = inputs["tags"];
        assert.deepEqual({ team, owner }, { team: "ml", owner: "mine" }, label);
    }
}

describe("children of the plain program", () => {
    let mock: MockAccount;
    before(async () => {
        mock = await run(() => component({ fsxCsi: { mode: DependencyMode.Present } }, {}));
    });
    const tags = { [ownerTagKey]: "project/stack/inference" };
    const bucket = "hyperpod-tls-inference-0";
    const dependency = {
        clusterName: "demo",
        addonVersion: "v9.9.9-eksbuild.1",
        preserve: false,
        resolveConflictsOnCreate: "NONE",
        resolveConflictsOnUpdate: "PRESERVE",
        tags,
    };
    const asked: [type: string, name: string, inputs: object][] = [
        [
            "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
            "oidc",
            {
                url: "https://oidc.eks.us-west-2.amazonaws.com/id/ABC",
                clientIdLists: ["sts.amazonaws.com"],
                tags,
            },
        ],
        [
            "aws:s3/bucket:Bucket",
            "tls",
            { bucketPrefix: "hyperpod-tls-inference-", tags: { ...tags, CreatedBy: "HyperPodInference" } },
        ],
        [
            "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
            "tls",
            {
                bucket,
                blockPublicAcls: true,
                blockPublicPolicy: true,
                ignorePublicAcls: true,
                restrictPublicBuckets: true,
            },
        ],
        [
            "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            "tls",
            { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
        ],
        ["aws:eks/addon:Addon", "cert-manager", { ...dependency, addonName: "cert-manager" }],
        ["aws:eks/addon:Addon", "metrics-server", { ...dependency, addonName: "metrics-server" }],
        [
            "aws:eks/addon:Addon",
            "aws-mountpoint-s3-csi-driver",
            {
                ...dependency,
                addonName: "aws-mountpoint-s3-csi-driver",
                serviceAccountRoleArn: "arn:aws:iam::123456789012:role/inference-s3-csi-0",
            },
        ],
    ];
    for (const [type, name, inputs] of asked) {
        it(`${type.split(":").pop()} ${name} asks for exactly what is documented`, () => {
            assert.deepEqual(mock.only(type, `inference-${name}`).inputs, inputs);
        });
    }

    it("the operator gets the settings that are checked, and health watches the same add-on", () => {
        const { configurationValues, ...operator } = mock.only(
            "aws:eks/addon:Addon",
            "inference-operator",
        ).inputs;
        const addonName = "amazon-sagemaker-hyperpod-inference";
        assert.deepEqual(operator, { ...dependency, addonName, resolveConflictsOnCreate: "OVERWRITE" });
        const settings = mock.only(own("AddonSettings")).inputs;
        assert.deepEqual(settings["addons"][0].configuration, JSON.parse(String(configurationValues)));
        assert.deepEqual(
            settings["addons"].map((one: { argument: string }) => one.argument),
            ["", "s3Csi.configuration", "certManager.configuration", "metricsServer.configuration"],
        );
        assert.deepEqual(settings["present"], ["fsxCsi"]);
        const health = mock.only(own("AddonHealth")).inputs;
        assert.deepEqual(
            [health["addonName"], health["namespace"], health["timeoutSeconds"], health["resolveConflicts"]],
            [addonName, "hyperpod-inference-system", 1200, "OVERWRITE"],
        );
        assert.equal(health["configurationValues"], configurationValues);
    });
});

describe("a preview in which other resources are still to be made", () => {
    it("takes every value that may come from one, and shows the same parts", async () => {
        const later = <T>() => pulumi.output(pulumi.unknown) as unknown as pulumi.Output<T>;
        const plain = await run(() => component({}, {}), {}, true);
        const open = await run(
            () =>
                component(
                    {
                        hyperpodClusterArn: later(),
                        rolePermissionsBoundary: later(),
                        rolePath: later(),
                        modelBucketArns: later(),
                        tlsBucketKmsKeyArn: later(),
                        addonVersion: later(),
                        nodeSelector: later(),
                        tolerations: later(),
                        affinity: later(),
                        enableCustomServiceAccounts: later(),
                        additionalConfiguration: { extra: later() },
                        installTimeoutMinutes: later(),
                        tags: later(),
                        certManager: { version: later(), configuration: later() },
                    },
                    {},
                ),
            {},
            true,
        );
        const names = (mock: MockAccount) =>
            childrenOf(mock)
                .map(({ type, name }) => `${type} ${name}`)
                .sort();
        assert.deepEqual(names(open), names(plain));
        // What is not known is not made up.
        for (const { type, inputs } of childrenOf(open).filter((one) => taggable.test(one.type)))
            assert.ok(pulumi.isUnknown(inputs["tags"]), type);
        const operator = open.only("aws:eks/addon:Addon", "inference-operator").inputs;
        assert.ok(pulumi.isUnknown(operator["addonVersion"]));
    });
});
