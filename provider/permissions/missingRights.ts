// Rights in the cluster come in; those that this principal lacks, and the blocker that names them, go out. Writes nothing.
import type { Blocker } from "../../common/blocker";
import { ErrorCode } from "../../common/errors";
import { mapConcurrently } from "../../common/mapConcurrently";
import type { ClusterRight, Permissions } from "../ports/permissions";
import { describeRights } from "./clusterRights";

export async function missingRights(
    permissions: Permissions,
    rights: readonly ClusterRight[],
): Promise<readonly ClusterRight[]> {
    const answers = await mapConcurrently(rights, (right) => permissions.allows(right));
    return rights.filter((_, index) => answers[index] === false);
}

export function notAllowed(missing: readonly ClusterRight[]): Blocker {
    return {
        code: ErrorCode.PermissionMissing,
        property: "clusterName",
        what: `this principal may not do in the cluster: ${describeRights(missing)}`,
        remedy: "give it the roles of just this move (`permissionsRoles` of discoverHelmInstallation), the rules of docs/permissions.md, or an access entry with AmazonEKSClusterAdminPolicy",
    };
}
