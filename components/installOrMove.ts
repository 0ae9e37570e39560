// Everything around the operator comes in; the operator goes out, as a fresh add-on or moved from Helm, with what the component says about it.
import * as pulumi from "@pulumi/pulumi";
import { canonicalJson } from "../common/canonicalJson";
import { OPERATOR_ADDON } from "../common/operatorNames";
import type { HyperPodInferenceAddonArgs } from "./args";
import type { InferenceNodes } from "./childResources";
import type { Cluster } from "./cluster";
import type { Scope } from "./componentScope";
import { configurationTree, withoutUnset } from "./configurationValues";
import {
    checkedDependency,
    installDependencies,
    planDependencies,
    presentDependencies,
} from "./dependencies";
import { AddonSettings, type ConnectionInputs, type InferenceCluster } from "./healthResources";
import { moveFromHelm } from "./migration";
import type { MigrateFromHelm } from "./nestedArgs";
import { installOperator, planOperator } from "./operatorAddon";
import type { Roles } from "./roles";
import type { TlsBucket } from "./tlsBucket";

export interface Around {
    cluster: pulumi.Output<Cluster>;
    connection: ConnectionInputs;
    roles: Roles;
    bucket: TlsBucket | undefined;
    /** Roles, bucket, endpoints and tags. */
    surroundings: Promise<pulumi.Resource[]>;
    identity: InferenceCluster;
}

/** What the component tells its user. */
export interface ComponentResults {
    /** Everything is registered. */
    finished: Promise<unknown>;
    addonArn: pulumi.Output<string>;
    addonVersion: pulumi.Output<string>;
    addonStatus: pulumi.Output<string>;
    healthIssues: pulumi.Output<string[]>;
    tlsBucketName: pulumi.Output<string>;
    addonConfiguration: pulumi.Output<string>;
    migrationPhase: pulumi.Output<string>;
    migrationPlan: pulumi.Output<string[]>;
    adopted: pulumi.Output<string[]>;
    /** Asked for when a program does: a promise that nobody waits for must not fail by itself. */
    nodes(): Pick<InferenceNodes, "dependencies" | "addon" | "migration">;
}

/** Settings checked, then the dependencies, then the operator, then its health. */
export function installed(scope: Scope, args: HyperPodInferenceAddonArgs, around: Around): ComponentResults {
    const { cluster, connection, roles, bucket, surroundings, identity } = around;
    if (!bucket) throw new Error("an installation without migrateFromHelm has a TLS bucket");
    const hyperpodClusterArn = pulumi
        .all([identity.hyperpodClusterArn, args.hyperpodClusterArn])
        .apply(([found, given]) => found ?? given);
    const tree = configurationTree(args, { hyperpodClusterArn, tlsBucketName: bucket.name, roles });
    const addonConfiguration = pulumi.output(tree).apply((values) => canonicalJson(withoutUnset(values)));
    const preserve = args.preserveOnDelete ?? false;
    const dependencyPlan = planDependencies(scope, args, cluster);
    const operatorPlan = planOperator(scope, args, cluster);

    const settings = Promise.all([dependencyPlan, operatorPlan]).then(([{ install }, { version }]) => {
        const operator = {
            argument: "",
            versionArgument: "addonVersion",
            addonName: OPERATOR_ADDON,
            addonVersion: version,
            configuration: tree,
        };
        return new AddonSettings(
            `${scope.name}-settings`,
            {
                ...connection,
                clusterName: scope.clusterName,
                kubernetesVersion: cluster.version,
                present: presentDependencies(args),
                addons: [operator, ...install.map(checkedDependency)],
            },
            scope.child({ retainOnDelete: false }),
        );
    });
    const dependencies = Promise.all([dependencyPlan, settings]).then(([plan, checked]) =>
        installDependencies(scope, plan, roles, [checked, ...roles.resources], preserve),
    );
    const ready = Promise.all([surroundings, dependencies, settings]).then(
        ([all, { resources }, checked]) => [...all, ...resources, checked],
    );
    const operator = installOperator(scope, args, operatorPlan, addonConfiguration, connection, ready);
    return {
        finished: operator,
        addonArn: pulumi.output(operator.then(({ addon }) => addon.arn)),
        addonVersion: pulumi.output(operator.then(({ addon }) => addon.addonVersion)),
        addonStatus: pulumi.output(operator.then(({ health }) => health.status)),
        healthIssues: pulumi.output(operator.then(({ health }) => health.healthIssues)),
        tlsBucketName: bucket.name,
        addonConfiguration,
        migrationPhase: pulumi.output(""),
        migrationPlan: pulumi.output([]),
        adopted: pulumi.output(dependencies.then(({ adopted }) => adopted)),
        nodes: () => ({
            dependencies: dependencies.then(({ made }) => made),
            addon: operator.then(({ addon }) => addon),
            migration: undefined,
        }),
    };
}

/** The move does its own checks and waits, and brings dependencies that are missing. */
export function moved(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    move: MigrateFromHelm,
    around: Around,
): ComponentResults {
    const { connection, roles, bucket, surroundings } = around;
    const migration = moveFromHelm(scope, args, {
        move,
        connection,
        roles,
        tlsBucketName: bucket?.name,
        after: surroundings,
    });
    const fromRelease = migration.addonConfiguration.apply((values) => {
        const settings = (typeof values === "string" ? JSON.parse(values) : (values ?? {})) as Record<
            string,
            string
        >;
        return settings.tlsCertificateS3Bucket ?? "";
    });
    return {
        finished: surroundings,
        addonArn: migration.addonArn,
        addonVersion: migration.addonVersion,
        addonStatus: pulumi.output(""),
        healthIssues: pulumi.output([]),
        tlsBucketName: bucket?.name ?? fromRelease,
        addonConfiguration: migration.addonConfiguration,
        migrationPhase: migration.phase,
        migrationPlan: migration.plan,
        adopted: pulumi.output([]),
        nodes: () => ({
            dependencies: Promise.resolve({}),
            addon: Promise.resolve(undefined),
            migration,
        }),
    };
}
