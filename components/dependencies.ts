// The four add-ons that the operator needs: what is missing is installed, what is there is adopted, what you bring is only named.
import * as pulumi from "@pulumi/pulumi";
import { canonicalJson } from "../common/canonicalJson";
import type { HyperPodInferenceAddonArgs } from "./args";
import { aws } from "./aws";
import type { Cluster } from "./cluster";
import { DependencyMode } from "./enums";
import type { CheckedAddon } from "./healthResources";
import { known } from "./known";
import { Standing, standingOf } from "./owner";
import type { Part } from "./part";
import type { Roles } from "./roles";
import type { Scope } from "./scope";
import type { DependencySettings } from "./settings";
import { chooseVersion, findAddon } from "./versions";

type DependencyKey = "s3Csi" | "fsxCsi" | "certManager" | "metricsServer";

interface Dependency {
    key: DependencyKey;
    addonName: string;
    role?: "s3Csi" | "fsxCsi";
}

export const dependencies: Dependency[] = [
    { key: "certManager", addonName: "cert-manager" },
    { key: "s3Csi", addonName: "aws-mountpoint-s3-csi-driver", role: "s3Csi" },
    { key: "fsxCsi", addonName: "aws-fsx-csi-driver", role: "fsxCsi" },
    { key: "metricsServer", addonName: "metrics-server" },
];

/** A dependency that this stack installs, before it is registered. */
export interface PlannedDependency extends Dependency {
    version: pulumi.Output<string>;
    settings: DependencySettings;
}

export interface DependencyPlan {
    install: PlannedDependency[];
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
    for (const dependency of dependencies) {
        const settings = args[dependency.key] ?? {};
        if ((settings.mode ?? DependencyMode.Install) !== DependencyMode.Install) continue;
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
    return dependencies.filter(({ key }) => args[key]?.mode === DependencyMode.Present).map(({ key }) => key);
}

/** What the settings check looks at. */
export function checkedDependency({ key, addonName, version, settings }: PlannedDependency): CheckedAddon {
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
): Part {
    const resources = plan.install.map(
        ({ addonName, role, version, settings }) =>
            new aws.eks.Addon(
                `${scope.name}-${addonName}`,
                {
                    clusterName: scope.clusterName,
                    addonName,
                    addonVersion: version,
                    configurationValues:
                        settings.configuration && pulumi.output(settings.configuration).apply(canonicalJson),
                    serviceAccountRoleArn: role && roles.arns[role],
                    // NONE: what Helm or somebody else installed under these names is reported, not taken over.
                    resolveConflictsOnCreate: "NONE",
                    resolveConflictsOnUpdate: "PRESERVE",
                    preserve,
                    region: scope.region,
                    tags: scope.tags,
                },
                scope.child({ dependsOn: after }),
            ),
    );
    return { resources, adopted: plan.adopted };
}
