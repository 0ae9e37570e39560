// What was found, the version that was chosen and its schema in; the draft of the plan and its blockers out. Pure: the same discovery always gives the same draft.

import { strangerAt } from "../../common/arnHome";
import type { Blocker } from "../../common/blocker";
import { canonicalJson } from "../../common/canonicalJson";
import { counted } from "../../common/counted";
import type { Handover } from "../../common/enums";
import { ErrorCode } from "../../common/errors";
import type { VersionChoice } from "../addons/versions";
import type { Discovery } from "../discovery/discover";
import type { Release } from "../ports/world";
import type { DependencyProfile } from "../profiles/dependencies";
import type { Profile } from "../profiles/profile";
import { type Values, valueAt } from "../settings/mapSettings";
import { bucketNotes, isGranted } from "./buckets";
import { gitOpsBlockers } from "./chooseRelease";
import { planDependencies } from "./dependencies";
import {
    existingBlockers,
    existingNotes,
    existingOf,
    existingTagBlockers,
    twoControllersBlockers,
} from "./existingAddon";
import { planHandover } from "./handover";
import { type PlannedIdentities, planIdentities } from "./identities";
import { journalSizeBlockers } from "./journalSize";
import { foreignFields, OTHER_CHARTS, plannedControllers, plannedObjects } from "./objectsOfRelease";
import { overwrittenBlockers, overwrittenNotes } from "./overwritten";
import {
    DependencyTreatment,
    type MigrationStep,
    type PlanDraft,
    type PlannedDependency,
    type PlannedObject,
} from "./plan";
import { preflightBlockers, preflightNotes } from "./preflight";
import { releaseOfItsOwn } from "./releaseOfItsOwn";
import { lostControllers, rivalBlockers } from "./rivals";
import { rulesByHand } from "./rulesByHand";
import { setByHand } from "./setByHand";
import {
    type SettingsSchema,
    schemaNotes,
    settingBlockers,
    settingNotes,
    settingsOf,
    unprovenNotes,
    withRoles,
} from "./settings";
import { planTags } from "./tagsOfModels";

/** What the user wants of the move. */
export interface MoveInputs {
    readonly clusterName: string;
    readonly addonVersion?: string;
    /** Add-on settings that win over those of the release. */
    readonly configuration: Values;
    readonly dropUnsupportedSettings: boolean;
    readonly skipDependencies: boolean;
    readonly handover: Handover;
    readonly allowAdmissionBypass: boolean;
    /** Where the move stops this time. */
    readonly until?: MigrationStep;
    /** Choice for each dependency by its key: "Move" or "LeaveAlone". */
    readonly dependencyChoices: Readonly<Record<string, string>>;
    /** For the roles and add-ons that are made. */
    readonly tags?: Readonly<Record<string, string>>;
}

/** The add-on that takes over, and those that take over its dependencies. */
export interface MoveProfiles {
    readonly profile: Profile;
    readonly dependencies: readonly DependencyProfile[];
}

export interface DraftSource {
    readonly discovery: Discovery;
    readonly release: Release;
    readonly operatorVersion: string;
    /** Undefined when no version fits: then there are blockers, and no draft. */
    readonly choice: VersionChoice | undefined;
    readonly schema: SettingsSchema;
}

export interface Drafted {
    readonly draft: PlanDraft | undefined;
    readonly blockers: readonly Blocker[];
}

export function draftMove(found: DraftSource, inputs: MoveInputs, profiles: MoveProfiles): Drafted {
    const { discovery, release, operatorVersion, choice, schema } = found;
    const { profile } = profiles;
    const settings = settingsOf(release, inputs.configuration, schema, profile);
    const dependencies = planDependencies(
        discovery.dependencies,
        release,
        inputs,
        profile,
        discovery.cluster.kubernetesVersion,
    );
    const identities = identitiesOf(
        discovery,
        settings.configuration,
        dependencies.identities,
        profile,
        inputs.tags,
    );
    const configuration = withRoles(settings.configuration, identities.identities, profile);
    const tags = planTags(discovery.owned, profile.ownership?.tag ?? { key: "", value: "" });
    const objects = plannedObjects(release, discovery, profiles);
    const controllers = plannedControllers(discovery);
    const handover = planHandover(discovery, { ...inputs, configuration }, profile);
    const beside = { release, profile, configuration, given: inputs.configuration, controllers };
    const blockers = [
        ...gitOpsBlockers(release, discovery),
        // Without a version there is no schema, and a blocker that says why.
        ...(choice === undefined
            ? []
            : settingBlockers(settings, configuration, inputs.dropUnsupportedSettings, schema)),
        ...existingBlockers(discovery.addon, inputs.clusterName, configuration, profile),
        ...existingTagBlockers(discovery.addon, inputs.tags),
        ...twoControllersBlockers(discovery.addon, discovery.addonControllers, controllers),
        ...rivalBlockers(discovery, beside),
        ...overwrittenBlockers(discovery.overwritten, profile.addonNamespace),
        ...identities.blockers,
        ...misplacedBlockers(inputs.configuration, discovery.cluster),
        ...tags.blockers,
        ...dependencies.blockers,
        ...handover.blockers,
        ...preflightBlockers(discovery, profile, inputs.clusterName),
    ];
    if (choice === undefined) return { draft: undefined, blockers };
    const draft: PlanDraft = {
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
        ...handover.planned,
        leftAlone: leftAlone(dependencies.dependencies, objects, release),
        droppedSettings: settings.unsupported,
        warnings: [
            ...lostControllers(discovery, beside),
            ...settingNotes(settings, profile.addonName),
            ...schemaNotes(schema, profile.addonName),
            ...discovery.dependencies.flatMap((one) => schemaNotes(one.schema, one.profile.addonName)),
            ...dependencies.unproven.flatMap(({ addonName, paths }) => unprovenNotes(paths, addonName)),
            ...existingNotes(discovery.addon, configuration, inputs.tags),
            ...identities.notes,
            ...bucketNotes(discovery.owned.buckets),
            ...overwrittenNotes(discovery.overwritten),
            ...tags.notes,
            ...dependencies.notes,
            ...preflightNotes(discovery, profile),
            ...setByHand(release, objects, discovery, isMoving(dependencies.dependencies, profile)),
            ...rulesByHand(release, objects, discovery, isMoving(dependencies.dependencies, profile)),
            ...foreignFields(objects, discovery),
        ],
    };
    return { draft, blockers: [...blockers, ...journalSizeBlockers(draft)] };
}

/** Roles are looked at with their identities. */
function misplacedBlockers({ hyperpodClusterArn: arn }: Values, cluster: Discovery["cluster"]): Blocker[] {
    const what = typeof arn === "string" ? strangerAt(arn, cluster, ["account", "region"]) : undefined;
    if (what === undefined) return [];
    const property = "hyperpodClusterArn";
    const remedy = "give the HyperPod cluster whose orchestrator this EKS cluster is";
    return [{ code: ErrorCode.InvalidInput, property, what, remedy }];
}

/** Whether an add-on takes the objects of this part over. */
function isMoving(dependencies: readonly PlannedDependency[], profile: Profile): (part: string) => boolean {
    return (part) =>
        part === profile.addonName ||
        dependencies.some(
            ({ addonName, treatment }) => addonName === part && treatment === DependencyTreatment.Move,
        );
}

function leftAlone(
    dependencies: readonly PlannedDependency[],
    objects: readonly PlannedObject[],
    release: Release,
): string[] {
    const others = objects.filter(({ part }) => part === OTHER_CHARTS).length;
    return [
        ...dependencies.flatMap(({ title, treatment, why }) =>
            treatment === DependencyTreatment.LeftAlone ? [`${title}: ${why}`] : [],
        ),
        ...(others === 0
            ? []
            : [
                  `${counted(others, "object")} of other charts in release ${release.name}: as before, but \`helm\` no longer keeps ${others === 1 ? "it" : "them"}; ${releaseOfItsOwn("those charts", "a release of their own")}`,
              ]),
    ];
}

/** Roles of the operator's controllers that are on, and of the dependencies that become add-ons. */
function identitiesOf(
    discovery: Discovery,
    configuration: Values,
    ofDependencies: readonly string[],
    profile: Profile,
    tags: MoveInputs["tags"] = {},
): PlannedIdentities {
    const own = new Set((profile.identities ?? []).map(({ key }) => key));
    const found = discovery.identities.filter(
        ({ identity }) => own.has(identity.key) || ofDependencies.includes(identity.key),
    );
    const bucket = valueAt(configuration, "tlsCertificateS3Bucket");
    const buckets = [
        ...(typeof bucket === "string" ? [bucket] : []),
        ...discovery.owned.buckets.filter(isGranted).map(({ name }) => name),
    ];
    const covered = profile.ownership?.coveredBuckets;
    return planIdentities(found, {
        partition: discovery.cluster.partition,
        accountId: discovery.cluster.accountId,
        uncoveredBuckets:
            covered === undefined
                ? []
                : [...new Set(buckets)].filter((name) => !name.startsWith(covered)).sort(),
        oidcProviderFound: discovery.oidcProviderArn !== undefined,
        isOn: (setting) => valueAt(configuration, setting) !== false,
        tags,
    });
}
