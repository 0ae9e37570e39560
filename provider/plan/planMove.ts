// Discovery and inputs in, plan and blockers out. Pure: the same discovery always gives the same plan.

import type { Blocker } from "../../common/blocker";
import { canonicalJson } from "../../common/canonicalJson";
import { ErrorCode } from "../../common/errors";
import type { OperatorOfAddon, VersionChoice } from "../addons/versions";
import type { Discovery } from "../discovery/discover";
import type { Release } from "../ports/world";
import type { DependencyProfile } from "../profiles/dependencies";
import type { Profile } from "../profiles/profile";
import { valuesOf } from "../settings/releaseValues";
import { mapSettings, type Settings, type Values, valueAt, withValue } from "../settings/settings";
import { existingBlockers, existingNotes, existingOf, twoControllersBlockers, versionOf } from "./addon";
import { planDependencies } from "./dependencies";
import { type PlannedIdentities, planIdentities } from "./identities";
import { type DescribedStep, describePlan } from "./lines";
import { foreignFields, OTHER_CHARTS, plannedControllers, plannedObjects } from "./objects";
import { DependencyTreatment, type Plan, type PlannedDependency, type PlannedIdentity } from "./plan";
import { preflightBlockers, preflightNotes } from "./preflight";
import { gitOpsBlockers, runningOperator, theRelease } from "./release";
import { setByHand } from "./setByHand";
import { planTags } from "./tags";

export { runningOperator } from "./release";

export interface MoveInputs {
    readonly clusterName: string;
    readonly addonVersion?: string;
    /** Add-on settings that win over those of the release. */
    readonly configuration: Values;
    readonly dropUnsupportedSettings: boolean;
    readonly skipDependencies: boolean;
    /** Choice for each dependency by its key: "Move" or "LeaveAlone". */
    readonly dependencyChoices: Readonly<Record<string, string>>;
}

export interface MoveKnowledge {
    readonly profile: Profile;
    readonly dependencies: readonly DependencyProfile[];
    readonly operatorOfAddon: readonly OperatorOfAddon[];
    /** In their order; each tells its line of the plan. */
    readonly steps: readonly DescribedStep[];
    /** JSON schema of the chosen version's settings. */
    readonly schema: Record<string, unknown> | undefined;
    /** Problems of settings against a schema, one sentence each. */
    readonly validate: (schema: Record<string, unknown>, settings: Values) => readonly string[];
}

export interface Planned {
    readonly plan: Plan | undefined;
    readonly blockers: readonly Blocker[];
}

export function planMove(discovery: Discovery, inputs: MoveInputs, knowledge: MoveKnowledge): Planned {
    const { profile } = knowledge;
    const blockers: Blocker[] = [];
    const release = theRelease(discovery, inputs.clusterName, profile, blockers);
    if (release === undefined) return { plan: undefined, blockers };
    const operatorVersion = runningOperator(release, profile);
    const choice = versionFor(discovery, inputs, knowledge, operatorVersion, blockers);
    const mapped = settingsOf(release, inputs, knowledge);
    const dependencies = planDependencies(discovery.dependencies, release, inputs, knowledge);
    const identities = identitiesOf(discovery, mapped.configuration, dependencies.identities, knowledge);
    const configuration = withRoles(mapped.configuration, identities.identities, profile);
    const tags = planTags(discovery.owned, profile.ownership?.tag ?? { key: "", value: "" });
    const objects = plannedObjects(release, discovery, knowledge);
    const controllers = plannedControllers(objects, discovery, profile);
    blockers.push(
        ...gitOpsBlockers(release, discovery),
        ...settingBlockers(mapped, configuration, inputs, knowledge),
        ...existingBlockers(discovery.addon, inputs.clusterName, configuration, profile),
        ...twoControllersBlockers(discovery.addon, discovery.addonControllers, controllers),
        ...identities.blockers,
        ...tags.blockers,
        ...dependencies.blockers,
        ...preflightBlockers(discovery, profile, inputs.clusterName),
    );
    if (choice === undefined) return { plan: undefined, blockers };
    const others = objects.filter(({ part }) => part === OTHER_CHARTS).length;
    const draft: Omit<Plan, "lines"> = {
        cluster: discovery.cluster,
        profile: profile.addonName,
        release: {
            name: release.name,
            namespace: release.namespace,
            revision: release.revision,
            status: release.status,
            chart: release.chart,
            chartVersion: release.chartVersion,
            operatorVersion,
            records: release.records.map(({ secretName }) => secretName),
        },
        addon: {
            name: profile.addonName,
            namespace: profile.addonNamespace,
            version: choice.version,
            whyVersion: choice.why,
            configurationValues: canonicalJson(configuration),
            ...existingOf(discovery.addon),
        },
        objects,
        controllers,
        customResources: discovery.customResourceKinds,
        identities: identities.identities,
        tags: tags.tags,
        dependencies: dependencies.dependencies,
        leftAlone: [
            ...dependencies.dependencies.flatMap(({ title, treatment, why }) =>
                treatment === "leftAlone" ? [`${title}: ${why}`] : [],
            ),
            ...(others === 0
                ? []
                : [
                      `${others} objects of other charts in release ${release.name}: they stay as they are, but \`helm\` no longer keeps them; install those charts as a release of their own with \`--take-ownership\``,
                  ]),
        ],
        droppedSettings: mapped.unsupported,
        warnings: [
            ...mapped.unsupported.map(
                (path) => `the setting ${path} of the release is dropped: the add-on cannot express it`,
            ),
            ...unprovenNotes(mapped.unproven, profile.addonName),
            ...dependencies.unproven.flatMap(({ addonName, paths }) => unprovenNotes(paths, addonName)),
            ...existingNotes(discovery.addon, configuration),
            ...identities.notes,
            ...tags.notes,
            ...dependencies.notes,
            ...preflightNotes(discovery, profile),
            ...setByHand(release, objects, discovery, isMoving(dependencies.dependencies, profile)),
            ...foreignFields(objects, discovery),
        ],
    };
    return { plan: { ...draft, lines: describePlan(draft, knowledge.steps) }, blockers };
}

/** Whether an add-on takes the objects of this part over. */
function isMoving(dependencies: readonly PlannedDependency[], profile: Profile): (part: string) => boolean {
    return (part) =>
        part === profile.addonName ||
        dependencies.some(
            ({ addonName, treatment }) => addonName === part && treatment === DependencyTreatment.Move,
        );
}

/** They are sent, and may be lost all the same: said, not settled. */
function unprovenNotes(paths: readonly string[], addon: string): string[] {
    return paths.length === 0
        ? []
        : [
              `${addon} takes ${paths.join(", ")}, but its schema says nothing about them: see after the move that they hold`,
          ];
}

/** The add-on version of the move, or a sentence that says why there is none. */
export function addonVersionFor(
    { versions, addon }: Pick<Discovery, "versions" | "addon">,
    operatorVersion: string,
    operatorOfAddon: readonly OperatorOfAddon[],
    pinned: string | undefined,
): VersionChoice | string {
    const available = versions.map(({ version }) => version);
    return versionOf({ available, operatorVersion, operatorOfAddon, pinned, existing: addon });
}

function versionFor(
    discovery: Discovery,
    inputs: MoveInputs,
    knowledge: MoveKnowledge,
    operatorVersion: string,
    blockers: Blocker[],
): VersionChoice | undefined {
    const choice = addonVersionFor(
        discovery,
        operatorVersion,
        knowledge.operatorOfAddon,
        inputs.addonVersion,
    );
    if (typeof choice !== "string") return choice;
    blockers.push({
        code: ErrorCode.NoCompatibleVersion,
        property: "addonVersion",
        what: choice,
        remedy: `list what the cluster can run with \`aws eks describe-addon-versions --addon-name ${knowledge.profile.addonName}\`, or stay on Helm for now`,
    });
    return undefined;
}

function settingsOf(release: Release, inputs: MoveInputs, { profile, schema }: MoveKnowledge): Settings {
    return mapSettings({
        values: valuesOf(release, profile.chart, release.values),
        chartDefaults: valuesOf(release, profile.chart, release.chartDefaults),
        pristineDefaults: valuesOf(release, profile.chart, release.pristineDefaults ?? {}),
        publicDefaults: profile.publicDefaults ?? {},
        overrides: inputs.configuration,
        schema,
    });
}

function settingBlockers(
    { unsupported }: Settings,
    configuration: Values,
    inputs: MoveInputs,
    { schema, validate }: MoveKnowledge,
): Blocker[] {
    const lost: Blocker[] =
        unsupported.length === 0 || inputs.dropUnsupportedSettings || schema === undefined
            ? []
            : [
                  {
                      code: ErrorCode.SettingNotExpressible,
                      property: "onUnsupportedSettings",
                      what: `the add-on cannot express these settings of the release: ${unsupported.join(", ")}`,
                      remedy: "stay on Helm while you need them, or accept their loss with `onUnsupportedSettings: UnsupportedSettings.Drop`",
                  },
              ];
    const invalid = schema === undefined ? [] : validate(schema, configuration);
    return [
        ...lost,
        ...invalid.map((what) => ({
            code: ErrorCode.SettingInvalid,
            property: "additionalConfiguration",
            what,
            remedy: "set the property of the same name, or `additionalConfiguration`, on the resource",
        })),
    ];
}

/** Roles of the operator's controllers that are on, and of the dependencies that become add-ons. */
function identitiesOf(
    discovery: Discovery,
    configuration: Values,
    ofDependencies: readonly string[],
    { profile }: MoveKnowledge,
): PlannedIdentities {
    const own = new Set((profile.identities ?? []).map(({ key }) => key));
    const found = discovery.identities.filter(
        ({ identity }) => own.has(identity.key) || ofDependencies.includes(identity.key),
    );
    const bucket = valueAt(configuration, "tlsCertificateS3Bucket");
    const buckets = [
        ...new Set([...(typeof bucket === "string" ? [bucket] : []), ...discovery.owned.buckets]),
    ];
    const covered = profile.ownership?.coveredBuckets;
    return planIdentities(found, {
        partition: discovery.cluster.partition,
        accountId: discovery.cluster.accountId,
        uncoveredBuckets:
            covered === undefined ? [] : buckets.filter((name) => !name.startsWith(covered)).sort(),
        oidcProviderFound: discovery.oidcProviderArn !== undefined,
        isOn: (setting) => valueAt(configuration, setting) !== false,
    });
}

function withRoles(configuration: Values, identities: readonly PlannedIdentity[], profile: Profile): Values {
    return (profile.identities ?? []).reduce((settings, { key, setting }) => {
        const planned = identities.find((identity) => identity.key === key);
        return planned === undefined || setting === undefined
            ? settings
            : withValue(settings, setting, planned.roleArn);
    }, configuration);
}
