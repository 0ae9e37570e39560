// The four add-ons that the operator needs: what is missing is installed, what is there is adopted, what you bring is only named.
import * as pulumi from "@pulumi/pulumi";
import { canonicalJson } from "../common/canonicalJson";
import { DependencyMode } from "../common/enums";
import { type DependencyProfile, dependencyProfiles } from "../provider/profiles/dependencies";
import type { DependencySettings } from "../provider/profiles/dependencyInputs";
import { chooseVersion, findAddon } from "./addonVersion";
import type { HyperPodInferenceAddonArgs } from "./args";
import { type Aws, aws } from "./aws";
import type { Cluster } from "./cluster";
import type { Scope } from "./componentScope";
import { isInstalled } from "./conditionalParts";
import type { CheckedAddon } from "./healthResources";
import { known } from "./knownValue";
import { Standing, standingOf } from "./ownerTag";
import type { ComponentPart } from "./partResult";
import type { Roles } from "./roles";

/** A dependency that this stack installs, before it is registered. */
export interface DependencyToInstall extends Pick<DependencyProfile, "key" | "addonName" | "identity"> {
    version: pulumi.Output<string>;
    settings: DependencySettings;
}

export interface DependencyAddons extends ComponentPart {
    /** The add-ons by their names at EKS. */
    made: Partial<Record<string, Aws.eks.Addon>>;
}

export interface DependencyPlan {
    install: DependencyToInstall[];
    adopted: string[];
}

/** Which of them this stack installs; decided by the mode and by what is there. */
export async function planDependencies(
    scope: Scope,
    args: HyperPodInferenceAddonArgs,
    cluster: pulumi.Output<Cluster>,
): Promise<DependencyPlan> {
    // The migration brings the missing ones and moves those that Helm installed.
    if (args.migrateFromHelm) return { install: [], adopted: [] };
    await scope.valuesChecked;
    const where = scope.region === undefined ? pulumi.output({}) : pulumi.output({ region: scope.region });
    const facts = await known(pulumi.all([cluster, scope.owner, where]));
    const plan: DependencyPlan = { install: [], adopted: [] };
    for (const dependency of dependencyProfiles) {
        const settings = args[dependency.key] ?? {};
        if (!isInstalled(args, dependency.key)) continue;
        const there = facts && (await findAddon(scope, facts[0].name, dependency.addonName, facts[2]));
        if (there && standingOf(there.tags, facts[1]) === Standing.Adopted) {
            plan.adopted.push(`add-on ${dependency.addonName} ${there.addonVersion}`);
            continue;
        }
        const version = chooseVersion(
            scope,
            cluster,
            dependency.addonName,
            settings.version,
            there?.addonVersion,
            facts?.[2] ?? {},
        );
        plan.install.push({ ...dependency, version, settings });
    }
    return plan;
}

/** Those that the user says somebody else brings. */
export function presentDependencies(args: HyperPodInferenceAddonArgs): string[] {
    return dependencyProfiles
        .filter(({ key }) => args[key]?.mode === DependencyMode.Present)
        .map(({ key }) => key);
}

/** What the settings check looks at. */
export function checkedDependency({ key, addonName, version, settings }: DependencyToInstall): CheckedAddon {
    return {
        argument: `${key}.configuration`,
        versionArgument: `${key}.version`,
        addonName,
        addonVersion: version,
        configuration: settings.configuration ?? {},
    };
}

export function installDependencies(
    scope: Scope,
    plan: DependencyPlan,
    roles: Roles,
    after: pulumi.Resource[],
    preserve: boolean,
): DependencyAddons {
    const made = plan.install.map(({ addonName, identity, version, settings }): [string, Aws.eks.Addon] => [
        addonName,
        new aws.eks.Addon(
            `${scope.name}-${addonName}`,
            {
                clusterName: scope.clusterName,
                addonName,
                addonVersion: version,
                configurationValues:
                    settings.configuration && pulumi.output(settings.configuration).apply(canonicalJson),
                serviceAccountRoleArn: identity && roles.arns[identity.key],
                // NONE: what Helm or somebody else installed under these names is reported, not taken over.
                resolveConflictsOnCreate: "NONE",
                resolveConflictsOnUpdate: "PRESERVE",
                preserve,
                region: scope.region,
                tags: scope.tags,
            },
            scope.child({ dependsOn: after }),
        ),
    ]);
    return {
        made: Object.fromEntries(made),
        resources: made.map(([, addon]) => addon),
        adopted: plan.adopted,
    };
}
