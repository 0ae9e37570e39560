// Bad arguments come in; each must be named by its property path with a reason, all in one report.

import assert from "node:assert/strict";
import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { Shape } from "../../common/inputShape";
import { HyperPodInferenceAddon, type HyperPodInferenceAddonArgs } from "../../components";
import { argumentShape } from "../../components/argumentRules";
import { findArgumentErrors } from "../../components/validateArgs";

type Case = [args: Record<string, unknown>, propertyPath: string, reason: RegExp];
const role = "arn:aws:iam::123456789012:role/some";
const long = (length: number) => "x".repeat(length);

const bad: Case[] = [
    [{ clusterName: undefined }, "clusterName", /is required/],
    [{ clusterName: "" }, "clusterName", /1 to 100/],
    [{ clusterName: "my cluster" }, "clusterName", /EKS cluster name/],
    [{ clusterName: "-demo" }, "clusterName", /EKS cluster name/],
    [{ clusterName: long(101) }, "clusterName", /EKS cluster name/],
    [{ clusterName: 7 }, "clusterName", /must be a string .* not number 7/],
    [{ clusterName: null }, "clusterName", /not null/],
    [{ hyperpodClusterArn: "demo" }, "hyperpodClusterArn", /ARN of a HyperPod cluster/],
    [
        { hyperpodClusterArn: "arn:aws:eks:us-west-2:123456789012:cluster/demo" },
        "hyperpodClusterArn",
        /sagemaker/,
    ],
    [
        { hyperpodClusterArn: "arn:aws:sagemaker:us-west-2:123456789012:cluster/short" },
        "hyperpodClusterArn",
        /HyperPod/,
    ],
    [
        { hyperpodClusterArn: '"arn:aws:sagemaker:us-west-2:123456789012:cluster/abcdefghijkl"' },
        "hyperpodClusterArn",
        /HyperPod/,
    ],
    [{ region: "oregon" }, "region", /like us-west-2/],
    [{ region: "us-west-2a" }, "region", /AWS Region/],
    [{ profile: "two words" }, "profile", /AWS profile/],
    [{ roleArn: "admin" }, "roleArn", /IAM role/],
    [
        { oidcProviderArn: "https://oidc.eks.us-west-2.amazonaws.com/id/ABC" },
        "oidcProviderArn",
        /OIDC provider/,
    ],
    [{ oidcProviderArn: role }, "oidcProviderArn", /OIDC provider/],
    [{ executionRoleArn: role }, "executionRoleArn", /"some" must start with SageMakerHyperPodInference/],
    [
        { executionRoleArn: "arn:aws:iam::123456789012:role/SageMakerHyperPodInference/some" },
        "executionRoleArn",
        /"some" must start/,
    ],
    [{ executionRoleArn: "SageMakerHyperPodInference-demo" }, "executionRoleArn", /ARN of an IAM role/],
    [{ albRoleArn: "arn:aws:iam::123:role/alb" }, "albRoleArn", /ARN of an IAM role/],
    [{ albRoleArn: "arn:aws:iam::123456789012:user/alb" }, "albRoleArn", /ARN of an IAM role/],
    [{ kedaRoleArn: "arn:gcp:iam::123456789012:role/keda" }, "kedaRoleArn", /ARN of an IAM role/],
    [{ jumpstartGatedModelDownloadRoleArn: true }, "jumpstartGatedModelDownloadRoleArn", /not boolean true/],
    [{ s3CsiRoleArn: `arn:aws:iam::123456789012:role/${long(65)}` }, "s3CsiRoleArn", /ARN of an IAM role/],
    [{ fsxCsiRoleArn: [] }, "fsxCsiRoleArn", /not a list/],
    [{ modelBucketArns: [] }, "modelBucketArns", /must not be empty/],
    [{ modelBucketArns: "arn:aws:s3:::models" }, "modelBucketArns", /must be a list/],
    [{ modelBucketArns: ["arn:aws:s3:::models", "other"] }, "modelBucketArns[1]", /ARN of an S3 bucket/],
    [
        { modelBucketArns: ["arn:aws:s3:::models"], s3CsiRoleArn: role },
        "modelBucketArns",
        /names an existing one/,
    ],
    [{ rolePermissionsBoundary: role }, "rolePermissionsBoundary", /IAM policy/],
    [{ rolePath: "teams" }, "rolePath", /begins and ends with \//],
    [{ rolePath: "/teams" }, "rolePath", /begins and ends with \//],
    [{ tlsCertificateS3Bucket: "s3://hyperpod-tls-demo" }, "tlsCertificateS3Bucket", /without s3:\/\//],
    [{ tlsCertificateS3Bucket: "HyperPod-TLS" }, "tlsCertificateS3Bucket", /lower-case/],
    [{ tlsCertificateS3Bucket: "ab" }, "tlsCertificateS3Bucket", /3 to 63/],
    [{ tlsCertificateS3Bucket: `hyperpod-tls-${long(51)}` }, "tlsCertificateS3Bucket", /3 to 63/],
    [{ tlsCertificateS3Bucket: "10.0.0.1" }, "tlsCertificateS3Bucket", /bucket name/],
    [{ tlsBucketKmsKeyArn: "alias/tls" }, "tlsBucketKmsKeyArn", /KMS key/],
    [
        {
            tlsBucketKmsKeyArn: "arn:aws:kms:us-west-2:123456789012:key/1",
            tlsCertificateS3Bucket: "hyperpod-tls-a",
        },
        "tlsBucketKmsKeyArn",
        /names an existing one/,
    ],
    [{ tlsBucketAccessLogsBucket: "logs/here" }, "tlsBucketAccessLogsBucket", /bucket name/],
    [
        { tlsBucketAccessLogsBucket: "logs", tlsCertificateS3Bucket: "hyperpod-tls-a" },
        "tlsBucketAccessLogsBucket",
        /names an existing one/,
    ],
    [{ s3Endpoint: "yes" }, "s3Endpoint", /true or false, not string "yes"/],
    [{ s3EndpointId: "vpc-0123456789abcdef0" }, "s3EndpointId", /VPC endpoint/],
    [{ s3EndpointId: "vpce-0123456789abcdef0", s3Endpoint: false }, "s3EndpointId", /s3Endpoint is false/],
    [{ routeTableIds: ["rtb-1"] }, "routeTableIds[0]", /route table/],
    [{ routeTableIds: [] }, "routeTableIds", /leave it out/],
    [{ privateCluster: 1 }, "privateCluster", /true or false/],
    [
        { privateCluster: true, interfaceEndpoints: ["com.amazonaws.us-west-2.sts"] },
        "interfaceEndpoints[0]",
        /without the prefix/,
    ],
    [{ interfaceEndpoints: ["sts"] }, "interfaceEndpoints", /unless privateCluster is true/],
    [
        { interfaceEndpointSubnetIds: ["subnet-0123456789abcdef0"] },
        "interfaceEndpointSubnetIds",
        /unless privateCluster/,
    ],
    [
        { privateCluster: true, interfaceEndpointSubnetIds: ["subnet"] },
        "interfaceEndpointSubnetIds[0]",
        /subnet/,
    ],
    [
        { privateCluster: true, interfaceEndpointSecurityGroupIds: ["default"] },
        "interfaceEndpointSecurityGroupIds[0]",
        /security group/,
    ],
    [
        { tagSubnets: false, loadBalancerSubnetIds: ["subnet-0123456789abcdef0"] },
        "loadBalancerSubnetIds",
        /tagSubnets is false/,
    ],
    [{ loadBalancerSubnetIds: ["subnet-xyz"] }, "loadBalancerSubnetIds[0]", /subnet/],
    [{ s3Csi: { mode: "Auto" } }, "s3Csi.mode", /one of Install, Present, Skip, not "Auto"/],
    [{ fsxCsi: true }, "fsxCsi", /must be an object, not boolean true/],
    [{ certManager: { version: "1.18.2" } }, "certManager.version", /like v1.3.0-eksbuild.1/],
    [{ metricsServer: { configuration: "replicas: 2" } }, "metricsServer.configuration", /must be an object/],
    [{ s3Csi: { mode: "Present", version: "v1.14.1-eksbuild.1" } }, "s3Csi.version", /s3Csi.mode is Present/],
    [
        { certManager: { mode: "Skip", configuration: {} } },
        "certManager.configuration",
        /certManager.mode is Skip/,
    ],
    [{ certManager: { install: true } }, "certManager.install", /is no input/],
    [{ addonVersion: "latest" }, "addonVersion", /like v1.3.0-eksbuild.1/],
    [{ alb: { enabled: "false" } }, "alb.enabled", /true or false/],
    [{ alb: { enabled: false }, albRoleArn: role }, "albRoleArn", /alb.enabled is false/],
    [{ keda: { enabled: false }, kedaRoleArn: role }, "kedaRoleArn", /keda.enabled is false/],
    [{ keda: { tolerations: [{ effect: "NoRun", key: "a" }] } }, "keda.tolerations[0].effect", /NoSchedule/],
    [{ gatewayRoleArn: role }, "gatewayRoleArn", /without gateway/],
    [{ gateway: { enabled: false }, gatewayRoleArn: role }, "gatewayRoleArn", /gateway.enabled is false/],
    [{ nodeSelector: { zone: 3 } }, 'nodeSelector["zone"]', /must be a string/],
    [{ nodeSelector: [] }, "nodeSelector", /must be an object, not a list/],
    [{ tolerations: [{ value: "x" }] }, "tolerations[0]", /needs a key, or the operator Exists/],
    [{ tolerations: [{ operator: "Exists", value: "x" }] }, "tolerations[0].value", /operator Exists/],
    [{ tolerations: [{ key: "a", operator: "In" }] }, "tolerations[0].operator", /Equal, Exists/],
    [{ tolerations: { key: "a" } }, "tolerations", /must be a list/],
    [{ affinity: "amd64" }, "affinity", /must be an object/],
    [{ enableCustomServiceAccounts: "true" }, "enableCustomServiceAccounts", /true or false/],
    [{ additionalConfiguration: "{}" }, "additionalConfiguration", /must be an object/],
    [{ resolveConflictsOnCreate: "PRESERVE" }, "resolveConflictsOnCreate", /one of NONE, OVERWRITE/],
    [{ resolveConflictsOnUpdate: "force" }, "resolveConflictsOnUpdate", /NONE, OVERWRITE, PRESERVE/],
    [{ importExistingAddon: true, migrateFromHelm: {} }, "importExistingAddon", /migrateFromHelm/],
    [{ preserveOnDelete: "yes" }, "preserveOnDelete", /true or false/],
    [{ installTimeoutMinutes: 0 }, "installTimeoutMinutes", /from 1 to 1440/],
    [{ installTimeoutMinutes: "20m" }, "installTimeoutMinutes", /number of minutes/],
    [{ tags: { "aws:team": "x" } }, 'tags["aws:team"]', /starts neither with aws:/],
    [
        { tags: { "pulumi-hyperpod-inference:owner": "x" } },
        'tags["pulumi-hyperpod-inference:owner"]',
        /starts neither/,
    ],
    [{ tags: { team: long(257) } }, 'tags["team"]', /at most 256/],
    [{ tags: ["team"] }, "tags", /not a list/],
    [{ tags: { Owner: "ml", env: "x", owner: "ml" } }, 'tags["owner"]', /is Owner again: IAM takes tag keys/],
    [{ ownerTagValue: "a*b" }, "ownerTagValue", /tag value/],
    [
        { modelBucketArns: ["arn:aws:s3:::models"], s3Csi: { mode: "Present" } },
        "modelBucketArns",
        /s3Csi.mode is Present, so none is made/,
    ],
    [
        { migrateFromHelm: {}, s3Csi: { version: "v1.14.1-eksbuild.1" } },
        "s3Csi.version",
        /moves the dependencies with the settings they have/,
    ],
    [
        { migrateFromHelm: {}, certManager: { configuration: {} } },
        "certManager.configuration",
        /migrateFromHelm/,
    ],
    [
        { migrateFromHelm: {}, tlsBucketKmsKeyArn: "arn:aws:kms:us-west-2:123456789012:key/1" },
        "tlsBucketKmsKeyArn",
        /keeps the bucket of the release/,
    ],
    [
        { migrateFromHelm: {}, tlsBucketAccessLogsBucket: "logs" },
        "tlsBucketAccessLogsBucket",
        /keeps the bucket of the release/,
    ],
    [{ migrateFromHelm: {}, resolveConflictsOnCreate: "NONE" }, "resolveConflictsOnCreate", /has backed up/],
    [
        { migrateFromHelm: {}, resolveConflictsOnUpdate: "PRESERVE" },
        "resolveConflictsOnUpdate",
        /keeps your changes/,
    ],
    [{ installTimeoutMinutes: 1441 }, "installTimeoutMinutes", /from 1 to 1440, not 1441/],
    [{ installTimeoutMinutes: Number.NaN }, "installTimeoutMinutes", /from 1 to 1440, not NaN/],
    [{ rolePath: `/${long(511)}/` }, "rolePath", /IAM path/],
    [{ tags: { "": "x" } }, 'tags[""]', /1 to 128 characters/],
    [{ tags: { [long(129)]: "x" } }, `tags["${long(129)}"]`, /1 to 128 characters/],
    [{ ownerTagValue: long(257) }, "ownerTagValue", /1 to 256/],
    [{ alb: { tolerations: [{ value: "x" }] } }, "alb.tolerations[0]", /needs a key/],
    [{ keda: { roleArn: role } }, "keda.roleArn", /is no input/],
    [{ gateway: { enable: true } }, "gateway.enable", /did you mean enabled\?/],
    [{ migrateFromHelm: true }, "migrateFromHelm", /must be an object/],
    [{ migrateFromHelm: {}, tags: { CreatedBy: "me" } }, 'tags["CreatedBy"]', /the move's own tag/],
    [
        { migrateFromHelm: { releaseNamespace: "Kube_System" } },
        "migrateFromHelm.releaseNamespace",
        /Kubernetes name/,
    ],
    [{ migrateFromHelm: { desiredOwner: "helm" } }, "migrateFromHelm.desiredOwner", /one of .*Helm/],
    [{ migrateFromHelm: { until: "done" } }, "migrateFromHelm.until", /one of .*install/],
    [
        { migrateFromHelm: { onUnsupportedSettings: "Ignore" } },
        "migrateFromHelm.onUnsupportedSettings",
        /one of Refuse, Drop/,
    ],
    [{ migrateFromHelm: { dryRun: true } }, "migrateFromHelm.dryRun", /is no input/],
    [{ migrateFromHelm: { releaseName: "My Release" } }, "migrateFromHelm.releaseName", /Helm release name/],
    [{ clustername: "demo" }, "clustername", /is no input; did you mean clusterName\?/],
    [{ executionRole: role }, "executionRole", /did you mean executionRoleArn\?/],
    [
        { migrateFromHelm: { skipDependenciesMigration: true, dependencies: { s3Csi: "Move" } } },
        "migrateFromHelm.dependencies",
        /skipDependenciesMigration leaves all of them alone/,
    ],
    [
        { s3Csi: { mode: "Present" }, migrateFromHelm: { dependencies: { s3Csi: "Move" } } },
        "migrateFromHelm.dependencies.s3Csi",
        /cannot be Move while s3Csi.mode is Present/,
    ],
    [
        { migrateFromHelm: { dependencies: { s3csi: "Move" } } },
        "migrateFromHelm.dependencies.s3csi",
        /did you mean s3Csi/,
    ],
    [{ migrateFromHelm: { commit: true, desiredOwner: "Helm" } }, "migrateFromHelm.commit", /undo needs/],
    [{ migrateFromHelm: { commit: true, until: "install" } }, "migrateFromHelm.commit", /stops the move/],
    [{ migrateFromHelm: { removeTimeoutMinutes: null } }, "migrateFromHelm.removeTimeoutMinutes", /not null/],
    [
        { migrateFromHelm: { report: "" } },
        "migrateFromHelm.report",
        /must be the path of a file on this machine/,
    ],
    [{ installTimeoutMinutes: 0.0001 }, "installTimeoutMinutes", /whole number of minutes .*, not 0.0001/],
    [{ installTimeoutMinutes: null }, "installTimeoutMinutes", /not null/],
    [{ routeTableIds: ["rtb-0123456789abcdef0"], s3Endpoint: false }, "routeTableIds", /s3Endpoint is false/],
    [
        { routeTableIds: ["rtb-0123456789abcdef0", "rtb-0123456789abcdef0"] },
        "routeTableIds[1]",
        /is "rtb-0123456789abcdef0" again, as routeTableIds\[0\]/,
    ],
    [{ privateCluster: true, interfaceEndpoints: ["sts", "ec2", "sts"] }, "interfaceEndpoints[2]", /again/],
    [
        { tags: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`tag${n}`, "x"])) },
        "tags",
        /at most 48 entries, not 51: AWS takes 50/,
    ],
    [{ tags: { "semi;colon": "x" } }, 'tags["semi;colon"]', /tag key/],
    [{ tags: { team: "a<b" } }, 'tags["team"]', /tag value/],
    [{ tlsCertificateS3Bucket: "xn--bucket" }, "tlsCertificateS3Bucket", /keeps xn-- for itself/],
    [{ tlsCertificateS3Bucket: "tls-s3alias" }, "tlsCertificateS3Bucket", /keeps -s3alias for itself/],
    [{ helm: {} }, "helm", /is no input; there are: clusterName/],
];

/** Every argument, and every part of one, by property path; with a value of another kind than it takes. */
function kinds(shape: Shape, path = ""): { path: string; wrong: unknown }[] {
    if ("check" in shape) return [{ path, wrong: [] }];
    if ("listOf" in shape) return [{ path, wrong: "text" }, ...kinds(shape.listOf, `${path}[0]`)];
    if ("mapOf" in shape) return [{ path, wrong: "text" }, ...kinds(shape.mapOf, `${path}["key"]`)];
    const fields = Object.entries(shape.fields);
    const inside = fields.flatMap(([key, field]) => kinds(field, path ? `${path}.${key}` : key));
    return path ? [{ path, wrong: "text" }, ...inside] : inside;
}

/** Arguments with one value, at `a.b[0].c` or `a["key"]`. */
function atPath(path: string, value: unknown): Record<string, unknown> {
    const steps = [...path.matchAll(/\w+/g)].map(([step]) => step);
    return steps.reduceRight<unknown>(
        (inside, step) => (step === "0" ? [inside] : { [step]: inside }),
        value,
    ) as Record<string, unknown>;
}

describe("bad arguments", () => {
    it("are more than 60, all different", () => {
        assert.ok(bad.length >= 60, `${bad.length} cases`);
        assert.equal(
            new Set(
                bad.map(([given]) =>
                    inspect(given, { depth: null, maxStringLength: null, maxArrayLength: null }),
                ),
            ).size,
            bad.length,
        );
    });

    describe("of the wrong kind", () => {
        for (const { path, wrong } of kinds(argumentShape)) {
            it(`${path}: ${JSON.stringify(wrong)}`, () => {
                // Arguments that only a private cluster takes.
                const privateCluster = path !== "privateCluster" ? { privateCluster: true } : {};
                const args = { clusterName: "demo", ...privateCluster, ...atPath(path, wrong) };
                const about = findArgumentErrors(args as HyperPodInferenceAddonArgs).filter(
                    (error) => error.propertyPath === path,
                );
                assert.equal(about.length, 1, JSON.stringify(about));
                assert.match(about[0]?.reason ?? "", /^must be .*, not /);
            });
        }
    });

    for (const [given, propertyPath, reason] of bad) {
        it(`${propertyPath}: ${JSON.stringify(given).slice(0, 90)}`, () => {
            const errors = findArgumentErrors({
                clusterName: "demo",
                ...given,
            } as HyperPodInferenceAddonArgs);
            const about = errors.filter((error) => error.propertyPath === propertyPath);
            assert.equal(about.length, 1, JSON.stringify(errors, null, 1));
            assert.match(about[0]?.reason ?? "", reason);
            assert.equal(errors.length, 1, "nothing else is wrong");
        });
    }

    it("are reported all at once, before anything is registered", () => {
        const args = {
            clusterName: "",
            region: "x",
            alb: { enabled: "no" },
            tolerations: [{}, {}],
        } as unknown;
        assert.throws(
            () => new HyperPodInferenceAddon("inference", args as HyperPodInferenceAddonArgs),
            (error: pulumi.InputPropertiesError) => {
                assert.ok(pulumi.InputPropertiesError.isInstance(error));
                assert.ok(pulumi.RunError.isInstance(error), "shown without a stack trace");
                const paths = error.errors.map((one) => one.propertyPath);
                assert.deepEqual(paths.sort(), [
                    "alb.enabled",
                    "clusterName",
                    "region",
                    "tolerations[0]",
                    "tolerations[1]",
                ]);
                for (const path of paths) assert.ok(error.message.includes(`  ${path}: `), error.message);
                return true;
            },
        );
    });

    it("leave out what is not there yet", () => {
        const args = {
            clusterName: pulumi.output("-"),
            tags: Promise.resolve({}),
            executionRoleArn: pulumi.output("x"),
        };
        assert.deepEqual(findArgumentErrors(args), []);
    });
});

describe("good arguments", () => {
    const good: Record<string, unknown>[] = [
        {},
        { clusterName: "a", region: "us-gov-west-1" },
        {
            region: "ap-southeast-4",
            hyperpodClusterArn: "arn:aws-us-gov:sagemaker:us-gov-west-1:123456789012:cluster/abc123def456",
        },
        {
            executionRoleArn: "arn:aws-cn:iam::123456789012:role/team/a/SageMakerHyperPodInference-x",
            rolePath: "/team/a/",
        },
        { rolePath: "/", rolePermissionsBoundary: "arn:aws:iam::aws:policy/PowerUserAccess" },
        { tlsCertificateS3Bucket: "my.own.bucket", modelBucketArns: ["arn:aws:s3:::models/prefix/*"] },
        {
            tlsBucketKmsKeyArn: "arn:aws:kms:us-west-2:123456789012:alias/my-key",
            tlsBucketAccessLogsBucket: "logs",
        },
        {
            privateCluster: true,
            interfaceEndpoints: ["ecr.api", "sts"],
            s3EndpointId: "vpce-0123456789abcdef0",
        },
        {
            tolerations: [
                { operator: "Exists" },
                { key: "a", value: "b", effect: "NoExecute", tolerationSeconds: 5 },
            ],
        },
        {
            s3Csi: { mode: "Present" },
            fsxCsi: { mode: "Skip" },
            certManager: { version: "v1.18.2-eksbuild.2", configuration: {} },
        },
        {
            tags: { team: "a b", "": undefined },
            ownerTagValue: "project/stack/name",
            installTimeoutMinutes: 240,
        },
        { migrateFromHelm: { releaseName: "hyperpod-inference-operator", releaseNamespace: "kube-system" } },
        {
            additionalConfiguration: { anything: { goes: [1, 2] } },
            nodeSelector: { "a/b": "c" },
            affinity: {},
        },
    ];
    for (const given of good) {
        it(JSON.stringify(given), () => {
            assert.deepEqual(
                findArgumentErrors({ clusterName: "demo", ...given } as HyperPodInferenceAddonArgs),
                [],
            );
        });
    }
});
