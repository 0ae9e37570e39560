// Inputs with the plan that their check told come in; that plan as an output goes out: an update gives what its preview promised, or `pulumi up --plan` would refuse it.
import type { Bag } from "./propertyBag";

/** Stands where a plan cannot be made yet. */
export const PLAN_UNKNOWN =
    "known after `pulumi up`: the plan needs inputs that another resource has yet to make";

/** Nothing when the check told none. */
export function toldPlan({ plan }: Bag): { readonly plan?: readonly string[] } {
    const isPlan = Array.isArray(plan) && plan.length > 0 && plan[0] !== PLAN_UNKNOWN;
    return isPlan ? { plan: plan as readonly string[] } : {};
}
