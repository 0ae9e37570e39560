// An installation made by Helm, our roles, bucket and settings come in; the move to the add-on goes out as one resource.
import * as pulumi from "@pulumi/pulumi";
import { HelmToAddonMigration } from "../provider/pulumi/helmToAddonMigration";
import type { HyperPodInferenceAddonArgs } from "./args";
import { userSettings } from "./configurationValues";
import type { Access, ConnectionInputs } from "./healthResources";
import type { Roles } from "./roles";
import type { Scope } from "./scope";
import type { MigrateFromHelmArgs } from "./settingsArgs";
import { refuse } from "./validate";

/** Whether the move brings the operator's role and bucket along from the Helm release, because none were given. */
export function keepsHelmIdentity(args: HyperPodInferenceAddonArgs): boolean {
    return args.migrateFromHelm !== undefined && args.tlsCertificateS3Bucket === undefined;
}

export interface MoveInputs {
    move: MigrateFromHelmArgs;
    connection: ConnectionInputs;
    roles: Roles;
    tlsBucketName: pulumi.Output<string> | undefined;
    after: Promise<pulumi.Resource[]>;
}

export function moveFromHelm(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    inputs: MoveInputs,
): HelmToAddonMigration {
    const { move, connection, roles, tlsBucketName, after } = inputs;
    const given = {
        ...move,
        clusterName: scope.clusterName,
        region: pulumi.all([connection.region, connection.access]).apply(([region, access]) => {
            refuseOtherAccess(scope.name, access);
            return region;
        }),
        profile: connection.profile,
        roleArn: connection.roleArn,
        addonVersion: args.addonVersion,
        executionRoleArn: roles.arns.execution,
        albRoleArn: roles.arns.alb,
        kedaRoleArn: roles.arns.keda,
        jumpstartGatedModelDownloadRoleArn: roles.arns.gatedModel,
        s3CsiRoleArn: roles.arns.s3Csi,
        fsxCsiRoleArn: roles.arns.fsxCsi,
        tlsCertificateS3Bucket: tlsBucketName,
        hyperpodClusterArn: args.hyperpodClusterArn,
        configurationValues: userSettings(args, roles),
        installTimeoutMinutes: args.timeoutMinutes,
    };
    const set = Object.entries(given).filter(([, value]) => value !== undefined);
    return new HelmToAddonMigration(
        `${scope.name}-move`,
        Object.fromEntries(set) as unknown as ConstructorParameters<typeof HelmToAddonMigration>[1],
        scope.child({ dependsOn: after, retainOnDelete: args.preserveOnDelete ?? false }),
    );
}

/** The move keeps what it needs to find the cluster again in a journal; keys do not belong there. */
function refuseOtherAccess(name: string, access: Access | undefined): void {
    const given = [
        access?.keys ? "static keys" : "",
        access?.assumeRoles ? "several assumed roles, or one with an external id or a session name" : "",
        access?.endpoints ? "endpoints of its own" : "",
    ].filter((what) => what !== "");
    if (given.length === 0) return;
    const reason =
        `the aws provider has ${given.join(" and ")}, which the move does not take over. ` +
        "Give profile (with these settings in ~/.aws/config) or roleArn, or set AWS_ACCESS_KEY_ID and the like in the environment of Pulumi.";
    refuse(
        `HyperPodInferenceAddon ${JSON.stringify(name)} cannot reach the cluster as its aws provider does`,
        [{ propertyPath: "migrateFromHelm", reason }],
    );
}
