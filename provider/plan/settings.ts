// Values of the release and settings of the user in; the add-on's settings, and what stands in their way, out. Pure.

import type { Blocker } from "../../common/blocker";
import { ErrorCode } from "../../common/errors";
import type { Release } from "../ports/world";
import type { Profile } from "../profiles/profile";
import { mapSettings, type Settings, type Values, withValue } from "../settings/mapSettings";
import { valuesOf } from "../settings/releaseValues";
import { unreadable, validateSettings } from "../settings/validateSettings";
import type { PlannedIdentity } from "./plan";

/** JSON schema of the settings of the chosen add-on version; undefined where there is none to choose or EKS tells none. */
export type SettingsSchema = Record<string, unknown> | undefined;

export function settingsOf(
    release: Release,
    overrides: Values,
    schema: SettingsSchema,
    profile: Profile,
): Settings {
    return mapSettings({
        values: valuesOf(release, profile.chart, release.values),
        chartDefaults: valuesOf(release, profile.chart, release.chartDefaults),
        pristineDefaults: valuesOf(release, profile.chart, release.pristineDefaults ?? {}),
        publicDefaults: profile.publicDefaults ?? {},
        overrides,
        schema,
    });
}

/** The add-on's settings with the role of each identity. */
export function withRoles(
    configuration: Values,
    identities: readonly PlannedIdentity[],
    profile: Profile,
): Values {
    return (profile.identities ?? []).reduce((settings, { key, setting }) => {
        const planned = identities.find((identity) => identity.key === key);
        return planned === undefined || setting === undefined
            ? settings
            : withValue(settings, setting, planned.roleArn);
    }, configuration);
}

/** Settings that the add-on cannot express, and settings that its schema refuses. */
export function settingBlockers(
    { unsupported }: Settings,
    configuration: Values,
    isLossAccepted: boolean,
    schema: SettingsSchema,
): Blocker[] {
    const lost: Blocker[] =
        unsupported.length === 0 || isLossAccepted
            ? []
            : [
                  {
                      code: ErrorCode.SettingNotExpressible,
                      property: "onUnsupportedSettings",
                      what: `the add-on cannot express these settings of the release: ${unsupported.join(", ")}`,
                      remedy: "stay on Helm while you need them, or accept their loss with `onUnsupportedSettings: UnsupportedSettings.Drop`",
                  },
              ];
    return [
        ...lost,
        ...validateSettings(schema ?? {}, configuration).map((what) => ({
            code: ErrorCode.SettingInvalid,
            property: "additionalConfiguration",
            what,
            remedy: "set the property of the same name, or `additionalConfiguration`, on the resource",
        })),
    ];
}

export function settingNotes({ unsupported, unproven }: Settings, addon: string): string[] {
    return [...unsupported.map((path) => droppedNote([path])), ...unprovenNotes(unproven, addon)];
}

/** The policy pack knows a loss by these words. `addon` where it is not the operator's. */
export function droppedNote(paths: readonly string[], addon?: string): string {
    const [settings, are, them] = paths.length === 1 ? ["setting", "is", "it"] : ["settings", "are", "them"];
    const who = addon === undefined ? "the add-on" : `the add-on ${addon}`;
    return `the ${settings} ${paths.join(", ")} of the release ${are} dropped: ${who} cannot express ${them}`;
}

/** They are sent, and may be lost all the same: said, not settled. */
export function unprovenNotes(paths: readonly string[], addon: string): string[] {
    return paths.length === 0
        ? []
        : [
              `${addon} takes ${paths.join(", ")}, but its schema says nothing about them: see after the move that they hold`,
          ];
}

/** Nothing was checked then: said, and no reason to stop. */
export function schemaNotes(schema: SettingsSchema, addon: string): string[] {
    const why = schema && unreadable(schema);
    return why === undefined
        ? []
        : [
              `the schema of ${addon} cannot be read (${why}): its settings are sent unchecked, and EKS refuses what it does not take`,
          ];
}
