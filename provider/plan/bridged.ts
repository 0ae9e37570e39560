// A plan in, its controllers by how they hand over out. Pure.
import type { ObjectRef } from "../ports/world";
import type {
    AdmissionBridge,
    ComponentHandover,
    ConversionBridge,
    PlanDraft,
    PlannedController,
} from "./plan";

export type BridgedComponent = ComponentHandover & { readonly bridge: ConversionBridge };
export type AdmissionComponent = ComponentHandover & { readonly admission: AdmissionBridge };
export type HandingOver = BridgedComponent | AdmissionComponent;

/** A Service of Helm's, and the add-on's that takes its place. */
export interface ServicePair {
    readonly from: ObjectRef;
    readonly to: ObjectRef;
}

type Controllers = Pick<PlanDraft, "controllers" | "handover">;

/** In the order in which they hand over: whoever converts the models last. */
export function handingOver({ handover }: Pick<PlanDraft, "handover">): readonly HandingOver[] {
    const components = handover?.components ?? [];
    return [...components.filter(isAskedOnAdmission), ...components.filter(isConverting)];
}

export function isConverting(one: ComponentHandover): one is BridgedComponent {
    return one.bridge !== undefined;
}

export function isAskedOnAdmission(one: ComponentHandover): one is AdmissionComponent {
    return one.admission !== undefined;
}

export function servicesOf(one: HandingOver): ServicePair {
    return isConverting(one) ? one.bridge : one.admission;
}

/** Those that stop before the add-on is asked for. */
export function pausingOf({ controllers, handover }: Controllers): readonly PlannedController[] {
    const going = new Set(handingOver({ ...(handover && { handover }) }).map(({ component }) => component));
    return controllers.filter(({ component }) => !going.has(component));
}
