// Everything the operator needs comes in, the operator add-on and its health go out.
import * as pulumi from "@pulumi/pulumi";
import { CreateConflicts, UpdateConflicts } from "../common/enums";
import { OPERATOR_ADDON, OPERATOR_NAMESPACE } from "../common/operatorNames";
import { INSTALL_MINUTES } from "../common/timeouts";
import { chooseVersion, findAddon } from "./addonVersion";
import type { HyperPodInferenceAddonArgs } from "./args";
import { type Aws, aws } from "./aws";
import type { Cluster } from "./cluster";
import type { Scope } from "./componentScope";
import { AddonHealth, type ConnectionInputs } from "./healthResources";
import { known } from "./knownValue";
import { Standing, standingOf } from "./ownerTag";
import { refuse } from "./validateArgs";

const addonName = OPERATOR_ADDON;

export interface OperatorPlan {
    version: pulumi.Output<string>;
    /** Set when an add-on that we did not make is taken over. */
    importId: string | undefined;
}

export async function planOperator(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    cluster: pulumi.Output<Cluster>,
): Promise<OperatorPlan> {
    await scope.valuesChecked;
    const where = scope.region === undefined ? pulumi.output({}) : pulumi.output({ region: scope.region });
    const facts = await known(pulumi.all([cluster, scope.owner, where]));
    const there = facts && (await findAddon(scope, facts[0].name, addonName, facts[2]));
    const isForeign = there !== undefined && standingOf(there.tags, facts?.[1] ?? "") === Standing.Adopted;
    if (isForeign && args.importExistingAddon !== true) {
        const reason =
            `the cluster ${there.clusterName} has the add-on ${addonName} ${there.addonVersion} already, and this ` +
            "component did not make it. Set importExistingAddon to true to take it over as it is, or remove it first.";
        refuse(
            `HyperPodInferenceAddon ${JSON.stringify(scope.name)} cannot install what is installed already`,
            [{ propertyPath: "importExistingAddon", reason }],
        );
    }
    const version = chooseVersion(
        scope,
        cluster,
        addonName,
        args.addonVersion,
        there?.addonVersion,
        facts?.[2] ?? {},
    );
    return { version, importId: isForeign ? `${there.clusterName}:${addonName}` : undefined };
}

export interface Operator {
    addon: Aws.eks.Addon;
    health: AddonHealth;
}

export async function installOperator(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    plan: Promise<OperatorPlan>,
    configuration: pulumi.Output<string>,
    connection: ConnectionInputs,
    after: Promise<pulumi.Resource[]>,
): Promise<Operator> {
    const { version, importId } = await plan;
    const preserve = args.preserveOnDelete ?? false;
    const resolveConflictsOnCreate = args.resolveConflictsOnCreate ?? CreateConflicts.Overwrite;
    const addon = new aws.eks.Addon(
        `${scope.name}-operator`,
        {
            clusterName: scope.clusterName,
            addonName,
            addonVersion: version,
            configurationValues: configuration,
            resolveConflictsOnCreate,
            resolveConflictsOnUpdate: args.resolveConflictsOnUpdate ?? UpdateConflicts.Preserve,
            preserve,
            region: scope.region,
            tags: scope.tags,
        },
        // With preserve EKS keeps the software; Pulumi still has to tell it to let go.
        scope.child({
            dependsOn: await after,
            retainOnDelete: false,
            ...(importId ? { import: importId } : {}),
        }),
    );
    const health = new AddonHealth(
        `${scope.name}-health`,
        {
            ...connection,
            clusterName: scope.clusterName,
            addonName,
            addonArn: addon.arn,
            addonVersion: version,
            configurationValues: configuration,
            namespace: OPERATOR_NAMESPACE,
            timeoutSeconds: pulumi
                .output(args.installTimeoutMinutes ?? INSTALL_MINUTES)
                .apply((minutes) => minutes * 60),
            resolveConflicts: resolveConflictsOnCreate,
            preserve,
        },
        scope.child({ dependsOn: [addon], retainOnDelete: false }),
    );
    return { addon, health };
}
