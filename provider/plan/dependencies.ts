// Found dependencies in, what happens to each out: installed, moved, or left alone and whose it is. Pure.

import type { Blocker } from "../../common/blocker";
import { canonicalJson } from "../../common/canonicalJson";
import { counted } from "../../common/counted";
import type { Handover } from "../../common/enums";
import { ErrorCode } from "../../common/errors";
import { leavesOf, nameOf, setAt } from "../../common/tree";
import { dependencyAddonVersion } from "../addons/dependencyVersions";
import { isUnderWay } from "../addons/states";
import type { FoundDependency } from "../discovery/dependencies";
import { AddonStatus, type KubernetesObject, type Release } from "../ports/world";
import type { Profile } from "../profiles/profile";
import { mapDependencySettings, type Settings, type Values, valueAt } from "../settings/mapSettings";
import { valuesBehind, valuesOf } from "../settings/releaseValues";
import { validateSettings } from "../settings/validateSettings";
import { dependencyBridge } from "./dependencyBridge";
import { DependencyTreatment, type PlannedDependency } from "./plan";
import { releaseOfItsOwn } from "./releaseOfItsOwn";
import { droppedNote } from "./settings";

export interface DependencyInputs {
    readonly clusterName: string;
    readonly skipDependencies: boolean;
    readonly dependencyChoices: Readonly<Record<string, string>>;
    readonly dropUnsupportedSettings: boolean;
    readonly handover: Handover;
}

export interface PlannedDependencies {
    readonly dependencies: readonly PlannedDependency[];
    /** Keys of the identities that the new add-ons need. */
    readonly identities: readonly string[];
    readonly blockers: readonly Blocker[];
    readonly notes: readonly string[];
    /** Settings that an add-on is sent although its schema says nothing about them. */
    readonly unproven: readonly { readonly addonName: string; readonly paths: readonly string[] }[];
}

interface One {
    readonly planned: PlannedDependency;
    readonly blocker?: Blocker;
    readonly note?: string;
    readonly unproven?: readonly string[];
}

export function planDependencies(
    found: readonly FoundDependency[],
    release: Release,
    inputs: DependencyInputs,
    operator: Profile,
    kubernetesVersion: string,
): PlannedDependencies {
    const all = found.map((one) => planOne(one, release, inputs, operator, kubernetesVersion));
    return {
        dependencies: inOrder(
            found,
            all.map(({ planned }) => planned),
        ),
        identities: all.flatMap(({ planned }) => planned.identity ?? []),
        blockers: all.flatMap(({ blocker }) => blocker ?? []),
        notes: all.flatMap(({ note }) => note ?? []),
        unproven: all.flatMap(({ planned: { addonName }, unproven: paths }) =>
            paths === undefined ? [] : [{ addonName, paths }],
        ),
    };
}

/** What uses resources of another dependency, such as certificates, comes after it. */
function inOrder(
    found: readonly FoundDependency[],
    dependencies: readonly PlannedDependency[],
): PlannedDependency[] {
    return dependencies.map((one, index) => {
        const used = (found[index]?.ofRelease ?? []).flatMap(groupsUsedBy);
        const after = found.flatMap(({ profile: { addonName, extensionGroups = [] } }, other) =>
            other !== index &&
            dependencies[other]?.treatment === one.treatment &&
            extensionGroups.some((group) => used.includes(group))
                ? [addonName]
                : [],
        );
        return one.treatment === DependencyTreatment.LeftAlone || after.length === 0
            ? one
            : { ...one, after };
    });
}

/** Its own API group, and those that its annotations name, such as `cert-manager.io/inject-ca-from`. */
function groupsUsedBy({ apiVersion, metadata }: KubernetesObject): string[] {
    return [apiVersion, ...Object.keys(metadata.annotations ?? {})].map((name) => name.split("/")[0] ?? "");
}

function planOne(
    found: FoundDependency,
    release: Release,
    inputs: DependencyInputs,
    operator: Profile,
    kubernetesVersion: string,
): One {
    const { profile, addon, present, owner, ofRelease, runsFromRelease } = found;
    const alone = (why: string, more: Omit<One, "planned"> = {}): One => ({
        planned: {
            key: profile.key,
            title: profile.title,
            treatment: DependencyTreatment.LeftAlone,
            why,
            addonName: profile.addonName,
        },
        ...more,
    });
    const byChoice = inputs.dependencyChoices[profile.key] === "LeaveAlone";
    if (addon !== undefined) {
        const beside = ofRelease.length === 0 ? "" : `; ${staying(ofRelease)}`;
        const why = `the add-on ${addon.name} ${addon.version} is there already (${addon.status})${beside}`;
        return present || addon.status === AddonStatus.Active
            ? alone(why)
            : alone(why, { blocker: brokenAddon(found, inputs) });
    }
    if (!present) return missing(found, inputs, byChoice, alone);
    if (ofRelease.length === 0) return alone(`theirs (${owner ?? "not of this release"})`);
    if (!runsFromRelease)
        return alone(`theirs: its workloads do not carry the mark of release ${release.name}`);
    const stays = (why: string) => alone(`${staying(ofRelease)} ${why}; ${keepingIt(found)}`);
    if (inputs.skipDependencies) return stays("(skipDependenciesMigration)");
    if (byChoice) return stays("(your choice)");
    const version = dependencyAddonVersion(profile, found.available, found.runningVersion, false);
    if (version === undefined) {
        const offers = found.available.join(", ") || "nothing";
        return stays(
            `because EKS offers ${offers}, needed is ${profile.minimumVersion} or what runs (${found.runningVersion ?? "unknown"})`,
        );
    }
    const settings = settingsOf(found, release, operator);
    if (settings.unsupported.length > 0 && !inputs.dropUnsupportedSettings) {
        return stays(
            `because the add-on cannot express ${settings.unsupported.join(", ")}: accept that loss with \`onUnsupportedSettings: UnsupportedSettings.Drop\` to move it all the same`,
        );
    }
    return {
        planned: {
            ...planned(
                found,
                DependencyTreatment.Move,
                `${counted(ofRelease.length, "object")} of the release`,
                version,
                settings.configuration,
            ),
            ...pausesOf(found, kubernetesVersion, inputs.handover),
        },
        unproven: settings.unproven,
        ...(settings.unsupported.length === 0
            ? {}
            : { note: droppedNote(settings.unsupported, profile.addonName) }),
    };
}

function pausesOf(
    found: FoundDependency,
    kubernetesVersion: string,
    handover: Handover,
): Pick<PlannedDependency, "pauses" | "whyPaused" | "bridge"> {
    const pauses = found.profile
        .probes({ customResourceDefinitions: [], namespace: "default" })
        .map(({ request }) => request);
    if (pauses.length === 0) return {};
    const { bridge, why } = dependencyBridge(found, kubernetesVersion, handover);
    if (bridge !== undefined) return { bridge };
    return { pauses, ...(why === undefined ? {} : { whyPaused: why }) };
}

function staying({ length }: readonly unknown[]): string {
    return length === 1
        ? "1 object of the release stays as it is"
        : `${length} objects of the release stay as they are`;
}

/** Helm keeps nothing of a release that is retired. */
function keepingIt({ profile }: FoundDependency): string {
    return `\`helm\` no longer keeps them, so ${releaseOfItsOwn(`chart ${profile.chart}`, "a release of its own")}`;
}

function missing(
    found: FoundDependency,
    inputs: DependencyInputs,
    byChoice: boolean,
    alone: (why: string, more?: Omit<One, "planned">) => One,
): One {
    const { profile, available } = found;
    const version = dependencyAddonVersion(profile, available, undefined, true);
    if (!byChoice && version !== undefined)
        return { planned: planned(found, DependencyTreatment.Install, "missing", version, {}) };
    const blocker: Blocker = {
        code: byChoice ? ErrorCode.DependencyMissing : ErrorCode.NoCompatibleVersion,
        property: `dependencies.${profile.key}`,
        what: byChoice
            ? `${profile.title} is missing (no ${profile.presence.kind} ${profile.presence.name}) and to be left alone; the operator does not start without it`
            : `${profile.title} is missing, and EKS offers no version at or above ${profile.minimumVersion} for this cluster (${available.join(", ") || "none"})`,
        remedy: byChoice
            ? `install it, or remove \`dependencies.${profile.key}\``
            : `install ${profile.title} by other means, then run \`pulumi up\` on cluster ${inputs.clusterName} again`,
    };
    return alone("missing", { blocker });
}

function brokenAddon({ profile, addon }: FoundDependency, { clusterName }: DependencyInputs): Blocker {
    const issues = (addon?.issues ?? []).map(({ code, message }) => `${code} ${message}`).join("; ");
    const look = `\`aws eks describe-addon --cluster-name ${clusterName} --addon-name ${addon?.name}\``;
    return {
        code: ErrorCode.DependencyMissing,
        property: `dependencies.${profile.key}`,
        what: `the add-on ${addon?.name} is ${addon?.status}${issues ? ` (${issues})` : ""}, so ${profile.title} is missing`,
        remedy: `${addon !== undefined && isUnderWay(addon) ? `wait until it is done (${look})` : `repair it (${look})`}, then run \`pulumi up\``,
    };
}

function planned(
    { profile }: FoundDependency,
    treatment: DependencyTreatment,
    why: string,
    version: string,
    configuration: Values,
): PlannedDependency {
    return {
        key: profile.key,
        title: profile.title,
        treatment,
        why,
        addonName: profile.addonName,
        version,
        ...(Object.keys(configuration).length === 0
            ? {}
            : { configurationValues: canonicalJson(configuration) }),
        ...(profile.identity === undefined ? {} : { identity: profile.identity.key }),
    };
}

type ExpressedSettings = Pick<Settings, "configuration" | "unsupported" | "unproven">;

/** What the user set for this dependency, checked against its own schema; a value of another form counts as one that cannot be expressed. */
function settingsOf(
    { profile, schema, ofRelease }: FoundDependency,
    release: Release,
    operator: Profile,
): ExpressedSettings {
    const part = (values: Values) =>
        valuesBehind(release, ofRelease, values) ??
        ((valueAt(valuesOf(release, operator.chart, values), profile.valuesKey) ?? {}) as Values);
    const mapped = mapDependencySettings({
        values: part(release.values),
        pristineDefaults: part(release.pristineDefaults ?? {}),
        schema,
        notCarried: profile.notCarried,
    });
    const result = (sent: Values, lost: readonly string[]): ExpressedSettings => ({
        configuration: sent,
        unsupported: named(lost, profile),
        unproven: named(
            mapped.unproven.filter((name) => leavesOf(sent).some(({ path }) => nameOf(path) === name)),
            profile,
        ),
    });
    if (schema === undefined) return result(mapped.configuration, mapped.unsupported);
    const problemsOf = (settings: Values) => validateSettings(schema, settings);
    const without = problemsOf({});
    // What is told as dropped is not sent: one of a wrong form stays out, and the others go.
    const refused = leavesOf(mapped.configuration).filter(({ path, value }) => {
        const alone: Record<string, unknown> = {};
        setAt(alone, path, value);
        return problemsOf(alone).some((problem) => !without.includes(problem));
    });
    const configuration: Record<string, unknown> = {};
    for (const leaf of leavesOf(mapped.configuration))
        if (!refused.some(({ path }) => nameOf(path) === nameOf(leaf.path)))
            setAt(configuration, leaf.path, leaf.value);
    const unsupported = [...mapped.unsupported, ...refused.map(({ path }) => nameOf(path))];
    const left = problemsOf(configuration);
    // Together they may still be wrong; then none of them can be sent.
    return left.length === 0
        ? result(configuration, unsupported)
        : result({}, [...unsupported, ...leavesOf(configuration).map(({ path }) => nameOf(path))]);
}

function named(paths: readonly string[], { valuesKey }: FoundDependency["profile"]): readonly string[] {
    return paths.map((name) => `${valuesKey}.${name}`).sort();
}
