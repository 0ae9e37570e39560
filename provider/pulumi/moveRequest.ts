// Checked inputs in, what discovery looks for and the plan wants out. Pure.
import { Handover } from "../../common/enums";
import type { MoveRequest } from "../planning/planMove";
import { merged, type Values } from "../settings/mapSettings";
import { CONNECTION_INPUTS, type MigrationInputs } from "./inputs";

export function moveRequestOf(inputs: MigrationInputs): MoveRequest {
    const configuration = configurationOf(inputs);
    return {
        clusterName: inputs.clusterName,
        configuration,
        dropUnsupportedSettings: inputs.onUnsupportedSettings === "Drop",
        handover: inputs.handover ?? Handover.Auto,
        allowAdmissionBypass: inputs.allowAdmissionBypass === true,
        ...(inputs.until === undefined ? {} : { until: inputs.until }),
        skipDependencies: inputs.skipDependenciesMigration === true,
        dependencyChoices: inputs.dependencies ?? {},
        tags: inputs.tags ?? {},
        ...(inputs.addonVersion ? { addonVersion: inputs.addonVersion } : {}),
        discovery: {
            configuration,
            dependencyRoles: {
                ...(inputs.s3CsiRoleArn ? { s3Csi: inputs.s3CsiRoleArn } : {}),
                ...(inputs.fsxCsiRoleArn ? { fsxCsi: inputs.fsxCsiRoleArn } : {}),
            },
            ...(inputs.releaseName ? { releaseName: inputs.releaseName } : {}),
            ...(inputs.releaseNamespace ? { releaseNamespace: inputs.releaseNamespace } : {}),
        },
    };
}

/** Looks are the same when the cluster, the way to it, the principal and the question are. */
export function lookKey(inputs: MigrationInputs, { discovery }: MoveRequest): string {
    return JSON.stringify([CONNECTION_INPUTS.map((property) => inputs[property]), discovery]);
}

/** The add-on's settings that the inputs name, those of `additionalConfiguration` last. */
export function configurationOf(inputs: MigrationInputs): Values {
    const named = {
        ...(inputs.executionRoleArn ? { executionRoleArn: inputs.executionRoleArn } : {}),
        ...(inputs.tlsCertificateS3Bucket ? { tlsCertificateS3Bucket: inputs.tlsCertificateS3Bucket } : {}),
        ...(inputs.hyperpodClusterArn ? { hyperpodClusterArn: inputs.hyperpodClusterArn } : {}),
        ...(inputs.jumpstartGatedModelDownloadRoleArn
            ? { jumpstartGatedModelDownloadRoleArn: inputs.jumpstartGatedModelDownloadRoleArn }
            : {}),
        ...(inputs.albRoleArn ? { alb: { serviceAccount: { roleArn: inputs.albRoleArn } } } : {}),
        ...(inputs.kedaRoleArn ? { keda: { auth: { aws: { irsa: { roleArn: inputs.kedaRoleArn } } } } } : {}),
    };
    return { ...merged(named, inputs.additionalConfiguration ?? {}) };
}
