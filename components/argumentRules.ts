// What each argument must look like, as a table by property. Says nothing about how arguments belong together.

import { CreateConflicts, DependencyMode, UpdateConflicts } from "../common/enums";
import * as checks from "../common/inputFormats";
import { type Fields, list, one, type Shape } from "../common/inputShape";
import { TAGS_PER_RESOURCE } from "../common/tagQuota";
import { dependencyProfiles } from "../provider/profiles/dependencies";
import { MOVE_FIELDS } from "../provider/pulumi/inputs";

const toleration: Shape = {
    fields: {
        key: one(checks.nonEmpty),
        operator: one(checks.oneOf(["Equal", "Exists"])),
        value: one(checks.anyText),
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

/** Beside the owner tag and the bucket's CreatedBy. */
const TAGS_LEFT = TAGS_PER_RESOURCE - 2;

export const argumentShape: Fields = {
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
        ...Object.fromEntries(dependencyProfiles.map(({ key }) => [key, dependency])),
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
        installTimeoutMinutes: one(checks.minutes),
        tags: {
            mapOf: one(checks.tagValue),
            keys: checks.tagKey,
            atMost: TAGS_LEFT,
            caseless: checks.TAG_KEYS_IN_ANY_CASE,
            why: `: AWS takes ${TAGS_PER_RESOURCE}, and the owner tag and the bucket's CreatedBy are added`,
        },
        ownerTagValue: one(checks.ownerValue),
        // What the component does not give itself.
        migrateFromHelm: {
            fields: {
                releaseName: MOVE_FIELDS.releaseName,
                releaseNamespace: MOVE_FIELDS.releaseNamespace,
                kubeconfig: MOVE_FIELDS.kubeconfig,
                context: MOVE_FIELDS.context,
                desiredOwner: MOVE_FIELDS.desiredOwner,
                until: MOVE_FIELDS.until,
                onUnsupportedSettings: MOVE_FIELDS.onUnsupportedSettings,
                handover: MOVE_FIELDS.handover,
                allowAdmissionBypass: MOVE_FIELDS.allowAdmissionBypass,
                skipDependenciesMigration: MOVE_FIELDS.skipDependenciesMigration,
                dependencies: MOVE_FIELDS.dependencies,
                commit: MOVE_FIELDS.commit,
                adoptJournal: MOVE_FIELDS.adoptJournal,
                report: MOVE_FIELDS.report,
                removeTimeoutMinutes: MOVE_FIELDS.removeTimeoutMinutes,
                lockTimeoutMinutes: MOVE_FIELDS.lockTimeoutMinutes,
            },
        },
    },
};
