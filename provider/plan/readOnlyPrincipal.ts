// A plan and its blockers in, the same as a principal sees it that may only look: what it may not do is told, and stops nobody's preview. Pure.

import type { Blocker } from "../../common/blocker";
import { ErrorCode } from "../../common/errors";
import type { Preflight } from "../discovery/preflight";
import { LOCK_RIGHT } from "../permissions/clusterRights";
import { titled } from "./previewLine";

export interface Seen {
    readonly blockers: readonly Blocker[];
    /** Line for the end of the plan. */
    readonly note: readonly string[];
}

export function forReadOnlyPrincipal({ missingRights }: Preflight, blockers: readonly Blocker[]): Seen {
    const isReader = missingRights.some(
        ({ verb, group, resource }) =>
            verb === LOCK_RIGHT.verb && group === LOCK_RIGHT.group && resource === LOCK_RIGHT.resource,
    );
    if (!isReader) return { blockers, note: [] };
    return {
        blockers: blockers.filter(({ code }) => code !== ErrorCode.PermissionMissing),
        note: [
            titled(
                "note",
                "this principal may look but not move: `pulumi up` needs the rights of docs/permissions.md",
            ),
        ],
    };
}
