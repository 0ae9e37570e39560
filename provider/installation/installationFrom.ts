// Discovery, plan and blockers in, what programs are told of the installation out. Pure.

import type { Blocker } from "../../common/blocker";
import type { Discovery } from "../discovery/discover";
import { movePolicies } from "../permissions/movePolicies";
import { groupOfMove, moveRoles } from "../permissions/moveRoles";
import { runningOperator } from "../plan/chooseRelease";
import { plannedControllers } from "../plan/objectsOfRelease";
import type { Plan, PlannedController } from "../plan/plan";
import type { Release } from "../ports/world";
import type { DependencyProfile } from "../profiles/dependencies";
import type { Profile } from "../profiles/profile";
import type {
    FoundAddon,
    FoundDependencyFacts,
    FoundMove,
    FoundRelease,
    FoundRole,
    HelmInstallation,
} from "./helmInstallation";

export interface Findings {
    readonly discovery: Discovery;
    readonly plan: Plan | undefined;
    readonly blockers: readonly Blocker[];
    readonly begunMove: FoundMove | undefined;
    readonly profile: Profile;
    readonly dependencies: readonly DependencyProfile[];
}

/** What a program is told of them. */
export function installationFrom(findings: Findings): HelmInstallation {
    const { discovery, plan, begunMove, profile } = findings;
    const { cluster, oidcProviderArn, releases } = discovery;
    const blockers = begunMove === undefined ? findings.blockers : [];
    return {
        cluster: {
            name: cluster.name,
            region: cluster.region,
            arn: cluster.arn,
            kubernetesVersion: cluster.kubernetesVersion,
            ...optional("oidcProviderArn", oidcProviderArn),
        },
        releases: releases.map((release) => releaseFacts(release, profile)),
        ...optional("begunMove", begunMove),
        controllers: controllersOf(findings).map(({ component, workload, replicas }) => ({
            component,
            namespace: workload.namespace ?? "",
            name: workload.name,
            replicas,
        })),
        roles: rolesOf(discovery, plan),
        models: discovery.customResources.map(({ kind, apiVersion, metadata }) => ({
            kind,
            apiVersion,
            namespace: metadata.namespace ?? "",
            name: metadata.name,
            uid: metadata.uid ?? "",
        })),
        dependencies: dependenciesOf(discovery, plan),
        resourcesToTag: (plan?.tags.resources ?? []).map(({ resource, owner }) => ({
            ...resource,
            model: owner,
        })),
        addon: addonFacts(discovery, plan, profile),
        leftAlone: plan?.leftAlone ?? [],
        unsupportedSettings: plan?.droppedSettings ?? [],
        notes: plan?.warnings ?? [],
        plan: plan?.lines ?? [],
        permissionsPolicies: plan === undefined ? [] : movePolicies(plan, discovery),
        ...(plan === undefined
            ? {}
            : { permissionsRoles: moveRoles(plan, discovery), permissionsGroup: groupOfMove(plan) }),
        blockers: blockers.map(({ code, property, what, remedy }) => ({ code, property, what, remedy })),
        canMove: plan !== undefined && blockers.length === 0 && begunMove === undefined,
    };
}

function releaseFacts(release: Release, profile: Profile): FoundRelease {
    const { name, namespace, revision, status, chart, chartVersion, values, objects } = release;
    return {
        name,
        namespace,
        revision,
        status,
        chart,
        chartVersion,
        operatorVersion: runningOperator(release, profile),
        values,
        objects: objects.length,
    };
}

function controllersOf({ discovery, plan }: Findings): readonly PlannedController[] {
    return plan?.controllers ?? plannedControllers(discovery);
}

function rolesOf(discovery: Discovery, plan: Plan | undefined): FoundRole[] {
    return discovery.identities.map(({ identity, roleArn, problem }) => {
        const planned = plan?.identities.find(({ key }) => key === identity.key);
        return {
            title: identity.title,
            property: identity.property,
            ...optional("arn", roleArn),
            ...optional("treatment", planned?.treatment),
            ...optional("arnAfterMove", planned?.roleArn),
            ...optional("why", problem ?? planned?.why),
        };
    });
}

function dependenciesOf(discovery: Discovery, plan: Plan | undefined): FoundDependencyFacts[] {
    return discovery.dependencies.map(({ profile, present, ofRelease, owner, runningVersion }) => {
        const planned = plan?.dependencies.find(({ key }) => key === profile.key);
        return {
            key: profile.key,
            title: profile.title,
            present,
            ofRelease: ofRelease.length > 0,
            ...optional("owner", owner),
            ...optional("runningVersion", runningVersion),
            ...optional("treatment", planned?.treatment),
            ...optional("why", planned?.why),
            addonName: profile.addonName,
            ...optional("addonVersion", planned?.version),
        };
    });
}

function addonFacts(
    { addon, versions }: Discovery,
    plan: Plan | undefined,
    { addonName }: Profile,
): FoundAddon {
    return {
        name: addonName,
        ...optional("installedVersion", addon?.version),
        ...optional("installedStatus", addon?.status),
        availableVersions: versions.map(({ version }) => version),
        ...optional("chosenVersion", plan?.addon.version),
        ...optional("why", plan?.addon.whyVersion),
        ...optional("configurationValues", plan?.addon.configurationValues),
    };
}

/** Absent instead of undefined: the result is plain JSON. */
function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [key in Key]?: Value } {
    return value === undefined ? {} : ({ [key]: value } as { [key in Key]: Value });
}
