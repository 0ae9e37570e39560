// The plan of an update comes in; it is told beside the resource's row in a preview, once. Plans nothing.
import type { ResourceLog } from "../process/engineLog";
import type { Bag } from "./propertyBag";

/** By the stored and the new inputs: told when it is not the one of before. Answers whether it was. */
export async function tellNewPlan(olds: Bag, inputs: Bag, log: ResourceLog): Promise<boolean> {
    const { plan } = inputs;
    if (!Array.isArray(plan) || JSON.stringify(plan) === JSON.stringify(olds.plan)) return false;
    await tellPlan(plan as string[], log);
    return true;
}

export async function tellPlan(lines: readonly string[], log: ResourceLog): Promise<void> {
    if (lines.length > 0) await log.tell(["what this update will do:", ...lines].join("\n"));
}
