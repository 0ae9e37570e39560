// Asks the API server whether this principal may do in the cluster what the plan will do, and where. An administrator was asked one question before.
import type { Blocker } from "../../common/blocker";
import type { PlanDraft } from "../plan/plan";
import type { World } from "../ports/world";
import { clusterReach, clusterRightsOf, type FoundInCluster } from "./clusterReach";
import { missingRights, notAllowed } from "./missingRights";

export async function deniedInCluster(
    { permissions }: World,
    plan: PlanDraft,
    found: FoundInCluster & { readonly preflight: { readonly mayEverything: boolean } },
): Promise<Blocker[]> {
    if (permissions === undefined || found.preflight.mayEverything) return [];
    const missing = await missingRights(permissions, clusterRightsOf(clusterReach(plan, found)));
    return missing.length === 0 ? [] : [notAllowed(missing)];
}
