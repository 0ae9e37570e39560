// A plan in, its controllers by how they hand over out. Pure.
import type { ComponentHandover, ConversionBridge, PlanDraft, PlannedController } from "./plan";

export type BridgedComponent = ComponentHandover & { readonly bridge: ConversionBridge };

type Controllers = Pick<PlanDraft, "controllers" | "handover">;

export function bridgedOf({ handover }: Pick<PlanDraft, "handover">): readonly BridgedComponent[] {
    return (handover?.components ?? []).filter((one): one is BridgedComponent => one.bridge !== undefined);
}

/** Those that stop before the add-on is asked for. */
export function pausingOf({ controllers, handover }: Controllers): readonly PlannedController[] {
    const bridged = new Set(bridgedOf({ ...(handover && { handover }) }).map(({ component }) => component));
    return controllers.filter(({ component }) => !bridged.has(component));
}
