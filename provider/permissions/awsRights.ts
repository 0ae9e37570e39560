// Asks IAM whether this principal may do what the plan will do. Only an outright refusal counts; where simulating is not allowed, nothing is said.

import type { Blocker } from "../../common/blocker";
import { ErrorCode } from "../../common/errors";
import type { PlanDraft } from "../plan/plan";
import type { AwsRight, World } from "../ports/world";
import { nameIn, statementsFor } from "./awsPolicy";
import { moveReach, type ReachedParts } from "./moveReach";

export async function deniedActions(world: World, plan: PlanDraft, found: ReachedParts): Promise<Blocker[]> {
    if (world.permissions === undefined) return [];
    const denied = await world.permissions.deniedInAws(awsRightsOf(plan, found));
    if (denied.length === 0) return [];
    return [
        {
            code: ErrorCode.PermissionMissing,
            property: "clusterName",
            what: `this principal may not ${denied.map(({ action, resource }) => `${action} on ${resource}`).join(", ")}`,
            remedy: "allow these actions; docs/permissions.md tells how to get the policy of just this move",
        },
    ];
}

/** What changes something; who could not look would have no plan to ask for. */
export function awsRightsOf(plan: PlanDraft, found: ReachedParts): AwsRight[] {
    return statementsFor(moveReach(plan, found), ["move"]).flatMap(({ Action, Resource }) =>
        Resource.flatMap((resource) => Action.map((action) => ({ action, resource: nameIn(resource) }))),
    );
}
