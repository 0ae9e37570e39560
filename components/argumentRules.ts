// What each argument must look like, as a table by property. Says nothing about how arguments belong together.

import { MigrationStep } from "../provider/plan/plan";
import { Owner, UnsupportedSettings } from "../provider/pulumi/inputs";
import * as checks from "./checks";
import { CreateConflicts, DependencyMode, UpdateConflicts } from "./enums";

/** The shape of one argument: a value to check, a list of one shape, free keys with one shape, or an object of named shapes. */
export type Shape =
    | { check: checks.Check }
    | { listOf: Shape; atLeast?: number }
    | { mapOf: Shape; keys?: checks.Check }
    | { fields: Record<string, Shape>; required?: string[] };

const one = (check: checks.Check): Shape => ({ check });
const list = (shape: Shape, atLeast = 0): Shape => ({ listOf: shape, atLeast });

const toleration: Shape = {
    fields: {
        key: one(checks.nonEmpty),
        operator: one(checks.oneOf(["Equal", "Exists"])),
        value: one(checks.text(/^.*$/s, "a text")),
        effect: one(checks.oneOf(["NoSchedule", "PreferNoSchedule", "NoExecute"])),
        tolerationSeconds: one(checks.between(0, Number.MAX_SAFE_INTEGER, "seconds")),
    },
};

const dependency: Shape = {
    fields: {
        mode: one(checks.oneOf(Object.values(DependencyMode))),
        version: one(checks.addonVersion),
        configuration: one(checks.plainObject),
    },
};

const bundled: Shape = { fields: { enabled: one(checks.flag), tolerations: list(toleration) } };

export const argumentShape: Shape = {
    required: ["clusterName"],
    fields: {
        clusterName: one(checks.clusterName),
        hyperpodClusterArn: one(checks.hyperpodCluster),
        region: one(checks.region),
        profile: one(checks.profile),
        roleArn: one(checks.role),
        oidcProviderArn: one(checks.oidcProvider),
        executionRoleArn: one(checks.executionRole),
        albRoleArn: one(checks.role),
        kedaRoleArn: one(checks.role),
        jumpstartGatedModelDownloadRoleArn: one(checks.role),
        gatewayRoleArn: one(checks.role),
        s3CsiRoleArn: one(checks.role),
        fsxCsiRoleArn: one(checks.role),
        modelBucketArns: list(one(checks.bucketArn), 1),
        rolePermissionsBoundary: one(checks.policy),
        rolePath: one(checks.rolePath),
        tlsCertificateS3Bucket: one(checks.bucketName),
        tlsBucketKmsKeyArn: one(checks.kmsKey),
        tlsBucketAccessLogsBucket: one(checks.bucketName),
        s3Endpoint: one(checks.flag),
        s3EndpointId: one(checks.vpcEndpoint),
        routeTableIds: list(one(checks.routeTable), 1),
        privateCluster: one(checks.flag),
        interfaceEndpoints: list(one(checks.serviceName)),
        interfaceEndpointSubnetIds: list(one(checks.subnet), 1),
        interfaceEndpointSecurityGroupIds: list(one(checks.securityGroup), 1),
        tagSubnets: one(checks.flag),
        loadBalancerSubnetIds: list(one(checks.subnet), 1),
        s3Csi: dependency,
        fsxCsi: dependency,
        certManager: dependency,
        metricsServer: dependency,
        addonVersion: one(checks.addonVersion),
        alb: bundled,
        keda: bundled,
        gateway: { fields: { enabled: one(checks.flag) } },
        nodeSelector: { mapOf: one(checks.text(/^[\w.-]{0,63}$/, "a label value of at most 63 characters")) },
        tolerations: list(toleration),
        affinity: one(checks.plainObject),
        enableCustomServiceAccounts: one(checks.flag),
        additionalConfiguration: one(checks.plainObject),
        resolveConflictsOnCreate: one(checks.oneOf(Object.values(CreateConflicts))),
        resolveConflictsOnUpdate: one(checks.oneOf(Object.values(UpdateConflicts))),
        importExistingAddon: one(checks.flag),
        preserveOnDelete: one(checks.flag),
        installTimeoutMinutes: one(checks.between(1, 240, "minutes")),
        tags: {
            mapOf: one(checks.text(/^.{0,256}$/s, "a tag value of at most 256 characters")),
            keys: checks.text(
                /^(?!aws:)(?!pulumi-hyperpod-inference:).{1,128}$/is,
                "a tag key of 1 to 128 characters that starts neither with aws: nor with pulumi-hyperpod-inference:",
            ),
        },
        ownerTagValue: one(checks.ownerValue),
        migrateFromHelm: {
            fields: {
                releaseName: one(checks.releaseName),
                releaseNamespace: one(checks.kubernetesName),
                desiredOwner: one(checks.oneOf(Object.values(Owner))),
                until: one(checks.oneOf(Object.values(MigrationStep))),
                onUnsupportedSettings: one(checks.oneOf(Object.values(UnsupportedSettings))),
                skipDependenciesMigration: one(checks.flag),
                commit: one(checks.flag),
            },
        },
    },
};
