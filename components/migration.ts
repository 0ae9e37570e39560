// An installation made by Helm, our roles, bucket and settings come in; the move to the add-on goes out as one resource.
import type * as pulumi from "@pulumi/pulumi";
import { DependencyChoice } from "../common/enums";
import { dependencyProfiles } from "../provider/profiles/dependencies";
import type { DependencyChoices } from "../provider/profiles/dependencyInputs";
import { HelmToAddonMigration } from "../provider/pulumi/helmToAddonMigration";
import type { HyperPodInferenceAddonArgs } from "./args";
import type { Scope } from "./componentScope";
import { isInstalled } from "./conditionalParts";
import { userSettings } from "./configurationValues";
import type { ConnectionInputs } from "./healthResources";
import type { MigrateFromHelm } from "./nestedArgs";
import type { Roles } from "./roles";

export interface MoveParts {
    move: MigrateFromHelm;
    connection: ConnectionInputs;
    roles: Roles;
    tlsBucketName: pulumi.Output<string> | undefined;
    after: Promise<pulumi.Resource[]>;
}

export function moveFromHelm(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    inputs: MoveParts,
): HelmToAddonMigration {
    const { move, connection, roles, tlsBucketName, after } = inputs;
    const given = {
        ...move,
        dependencies: choicesOf(args, move),
        clusterName: scope.clusterName,
        ...connection,
        addonVersion: args.addonVersion,
        executionRoleArn: roles.arns.execution,
        albRoleArn: roles.arns.alb,
        kedaRoleArn: roles.arns.keda,
        jumpstartGatedModelDownloadRoleArn: roles.arns.gatedModel,
        s3CsiRoleArn: roles.arns.s3Csi,
        fsxCsiRoleArn: roles.arns.fsxCsi,
        tlsCertificateS3Bucket: tlsBucketName,
        hyperpodClusterArn: args.hyperpodClusterArn,
        tags: args.tags,
        additionalConfiguration: userSettings(args, roles),
        installTimeoutMinutes: args.installTimeoutMinutes,
    };
    const set = Object.entries(given).filter(([, value]) => value !== undefined);
    return new HelmToAddonMigration(
        `${scope.name}-move`,
        Object.fromEntries(set) as unknown as ConstructorParameters<typeof HelmToAddonMigration>[1],
        scope.child({ dependsOn: after, retainOnDelete: args.preserveOnDelete ?? false }),
    );
}

/** A dependency that somebody else brings is left alone, whoever installed it. */
function choicesOf(
    args: HyperPodInferenceAddonArgs,
    { dependencies, skipDependenciesMigration }: MigrateFromHelm,
): DependencyChoices | undefined {
    if (skipDependenciesMigration !== undefined) return dependencies;
    const alone = dependencyProfiles
        .filter(({ key }) => !isInstalled(args, key))
        .map(({ key }) => [key, DependencyChoice.LeaveAlone] as const);
    const choices = { ...Object.fromEntries(alone), ...dependencies };
    return Object.keys(choices).length === 0 ? undefined : choices;
}
