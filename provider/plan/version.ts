// Discovery and the running operator in, the add-on version of the move, or why there is none, out. Pure.

import type { Blocker } from "../../common/blocker";
import { ErrorCode } from "../../common/errors";
import type { OperatorOfAddon, VersionChoice } from "../addons/versions";
import type { Discovery } from "../discovery/discover";
import type { Profile } from "../profiles/profile";
import { versionOf } from "./existingAddon";

export interface PlannedVersion {
    readonly choice: VersionChoice | undefined;
    readonly blockers: readonly Blocker[];
}

export function plannedVersion(
    { versions, addon }: Pick<Discovery, "versions" | "addon">,
    operatorVersion: string,
    operatorOfAddon: readonly OperatorOfAddon[],
    pinned: string | undefined,
    profile: Profile,
): PlannedVersion {
    const available = versions.map(({ version }) => version);
    const choice = versionOf({ available, operatorVersion, operatorOfAddon, pinned, existing: addon });
    if (typeof choice !== "string") return { choice, blockers: [] };
    return {
        choice: undefined,
        blockers: [
            {
                code: ErrorCode.NoCompatibleVersion,
                property: "addonVersion",
                what: choice,
                remedy: `list what the cluster can run with \`aws eks describe-addon-versions --addon-name ${profile.addonName}\`, or stay on Helm for now`,
            },
        ],
    };
}
