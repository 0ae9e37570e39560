// The add-on that is there already and the release in; which version it gets, what becomes of it, and what stands in the way out. Pure.

import type { Blocker } from "../../common/blocker";
import { ErrorCode } from "../../common/errors";
import { TAGS_PER_RESOURCE } from "../../common/tagQuota";
import { isUpdatable } from "../addons/states";
import {
    chooseAddonVersion,
    compareVersions,
    type OperatorOfAddon,
    type VersionChoice,
} from "../addons/versions";
import { type Addon, AddonStatus } from "../ports/world";
import type { Profile } from "../profiles/profile";
import { type Values, valueAt } from "../settings/mapSettings";
import { differingSettings, settingsIn } from "../settings/settingsText";
import type { Plan, PlannedController } from "./plan";

export interface VersionInputs {
    readonly available: readonly string[];
    readonly operatorVersion: string;
    readonly operatorOfAddon: readonly OperatorOfAddon[];
    readonly pinned: string | undefined;
    readonly existing: Addon | undefined;
}

/** As for a new add-on, but one that is there already keeps its version where its operator is new enough, and never gets an older one. */
export function versionOf(inputs: VersionInputs): VersionChoice | string {
    const { available, operatorVersion, operatorOfAddon: table, pinned, existing } = inputs;
    const asNew = () => chooseAddonVersion(available, operatorVersion, table, pinned);
    if (existing === undefined || !isUpdatable(existing)) return asNew();
    const { version } = existing;
    if (pinned !== undefined && compareVersions(pinned, version) < 0)
        return `${pinned} is older than the add-on that is there already (${version}); a downgrade would prune fields of the models`;
    if (pinned !== undefined && pinned !== version) return asNew();
    // EKS may have stopped to offer the version that runs.
    const kept = chooseAddonVersion([version, ...available], operatorVersion, table, version);
    if (typeof kept !== "string") return { version, why: "the version that is there already" };
    return pinned === undefined ? asNew() : kept;
}

/** What the plan says of it; nothing when none is there. */
export function existingOf(addon: Addon | undefined): Pick<Plan["addon"], "existing"> {
    return addon === undefined ? {} : { existing: { version: addon.version, status: addon.status } };
}

type MoveTags = Readonly<Record<string, string>>;

/** EKS refuses the tags in the middle of the move otherwise. */
export function existingTagBlockers(addon: Addon | undefined, tags: MoveTags = {}): Blocker[] {
    if (addon === undefined || !isUpdatable(addon)) return [];
    const count = Object.keys({ ...addon.tags, ...tags }).length;
    if (count <= TAGS_PER_RESOURCE || Object.keys(tags).length === 0) return [];
    return [
        {
            code: ErrorCode.TagLimit,
            property: "tags",
            what: `the add-on ${addon.name}, which is there already, would have ${count} tags: its own and \`tags\`; EKS allows ${TAGS_PER_RESOURCE}`,
            remedy: "give fewer in `tags`, or take some from the add-on",
        },
    ];
}

/** What people must know before it is taken over or replaced. */
export function existingNotes(
    addon: Addon | undefined,
    configuration: Values,
    tags: MoveTags = {},
): string[] {
    if (addon === undefined) return [];
    const issues = addon.issues.map(({ code, message }) => `${code} ${message}`).join("; ");
    const state = `the add-on ${addon.name} ${addon.version} is ${addon.status}${issues === "" ? "" : `: ${issues}`}`;
    const unwell = addon.status === AddonStatus.Active ? [] : [state];
    if (!isUpdatable(addon))
        return [
            ...unwell,
            "the undo does not make the failed add-on again; its objects get their former form",
        ];
    const former = settingsIn(addon.configurationValues);
    const given = Object.keys(tags).filter((key) => addon.tags[key] !== tags[key]);
    const tagged =
        given.length === 0 ? [] : [`the add-on gets the tags ${given.sort().join(", ")}, until the undo`];
    const changed = former === undefined ? ["all of them"] : differingSettings(former, configuration);
    return changed.length === 0
        ? [...unwell, ...tagged]
        : [
              ...unwell,
              ...tagged,
              `settings of the add-on give way to those of the release, until the undo: ${changed.join(", ")}`,
          ];
}

/** An add-on that somebody works on now is left to them; and one that runs more than the release would lose the rest with its CRDs. */
export function existingBlockers(
    addon: Addon | undefined,
    clusterName: string,
    configuration: Values,
    profile: Profile,
): Blocker[] {
    if (addon === undefined) return [];
    const blocker = { code: ErrorCode.AddonExists, property: "clusterName" };
    const what = `the add-on ${addon.name} ${addon.version} is there already (${addon.status})`;
    if (addon.status === AddonStatus.DeleteFailed) {
        const removal = `\`aws eks delete-addon --cluster-name ${clusterName} --addon-name ${addon.name} --preserve\``;
        return [
            {
                ...blocker,
                what: `${what}: somebody was deleting it, and what is left of it is unknown`,
                remedy: `finish that with ${removal}, then run \`pulumi up\``,
            },
        ];
    }
    if (!isUpdatable(addon) && addon.status !== AddonStatus.CreateFailed) {
        return [
            {
                ...blocker,
                what: `${what}: somebody is at work on it`,
                remedy: "wait until it is done, then run `pulumi up` again",
            },
        ];
    }
    const switchedOff = isUpdatable(addon) ? partsSwitchedOff(addon, configuration, profile) : [];
    return switchedOff.map((setting) => ({
        ...blocker,
        property: "additionalConfiguration",
        what: `${what} with ${setting}, which the release leaves to others: without it EKS would delete those objects, CRDs and all that is made of them among them`,
        remedy: `set ${setting} to true in \`additionalConfiguration\` to keep that part, or take it out of the add-on before the move`,
    }));
}

function partsSwitchedOff(addon: Addon, configuration: Values, { identities = [] }: Profile): string[] {
    const former = settingsIn(addon.configurationValues) ?? {};
    const switches = new Set(identities.flatMap(({ enabledBy }) => enabledBy ?? []));
    return [...switches].filter(
        (setting) => valueAt(former, setting) !== false && valueAt(configuration, setting) === false,
    );
}

/** Two of a kind that run side by side act on the same models; the undo would have to start both again. */
export function twoControllersBlockers(
    addon: Addon | undefined,
    addonControllers: readonly PlannedController[],
    helms: readonly PlannedController[],
): Blocker[] {
    const both = addonControllers.flatMap((one) => {
        const helm = helms.find(({ component, replicas }) => component === one.component && replicas > 0);
        return helm === undefined ? [] : [{ component: one.component, addons: one, helm }];
    });
    if (both.length === 0) return [];
    // The one that serves stays.
    const isServing = addon?.status === AddonStatus.Active;
    const stopped = both.map(({ addons, helm }) => (isServing ? helm : addons));
    return [
        {
            code: ErrorCode.AddonExists,
            property: "clusterName",
            what: `controllers of Helm and of the add-on (${addon === undefined ? "deleted, its objects kept" : addon.status}) run side by side and act on the same models: ${both.map(({ component }) => component).join(", ")}`,
            remedy: `stop ${isServing ? "Helm's, as the add-on serves" : "the add-on's, as Helm's serve"}: ${commandsToStop(stopped)}; then run \`pulumi up\``,
        },
    ];
}

function commandsToStop(controllers: readonly PlannedController[]): string {
    const namespaces = [...new Set(controllers.map(({ workload }) => workload.namespace ?? ""))];
    return namespaces
        .map((namespace) => {
            const names = controllers
                .filter(({ workload }) => workload.namespace === namespace)
                .map(({ workload }) => workload.name);
            return `\`kubectl scale deployment -n ${namespace} ${names.join(" ")} --replicas=0\``;
        })
        .join(", ");
}
