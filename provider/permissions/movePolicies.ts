// A planned move and what was found for it in, the IAM policies for just this move out. Pure.
import type { PlanDraft } from "../plan/plan";
import { policiesOf, statementsFor } from "./awsPolicy";
import { moveReach, type ReachedParts } from "./moveReach";

/** JSON documents, each within the quota of a managed policy. */
export function movePolicies(plan: PlanDraft, found: ReachedParts): string[] {
    return policiesOf(statementsFor(moveReach(plan, found))).map((policy) => JSON.stringify(policy));
}
