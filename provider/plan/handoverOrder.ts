// A plan in, its controllers by how they hand over out. Pure.
import type { ObjectRef } from "../ports/world";
import type {
    AdmissionBridge,
    ComponentHandover,
    ConversionBridge,
    PlanDraft,
    PlannedController,
    ServicePair,
    SharedBridge,
} from "./plan";

export type BridgedComponent = ComponentHandover & { readonly bridge: ConversionBridge };
export type AdmissionComponent = ComponentHandover & { readonly admission: AdmissionBridge };
export type SharedComponent = ComponentHandover & { readonly shared: SharedBridge };
export type HandingOver = BridgedComponent | AdmissionComponent | SharedComponent;

type WithHandover = Pick<PlanDraft, "handover">;

/** In the order in which they hand over, whoever converts the models last; of those that go together the one that leads. */
export function handingOver({ handover }: WithHandover): readonly HandingOver[] {
    const components = handover?.components ?? [];
    return [
        ...components.filter(isShared),
        ...components.filter(isAskedOnAdmission),
        ...components.filter(isConverting),
    ];
}

export function isConverting(one: ComponentHandover): one is BridgedComponent {
    return one.bridge !== undefined;
}

export function isAskedOnAdmission(one: ComponentHandover): one is AdmissionComponent {
    return one.admission !== undefined;
}

export function isShared(one: ComponentHandover): one is SharedComponent {
    return one.shared !== undefined;
}

/** Itself, and those that hand over with it. */
export function together({ handover }: WithHandover, one: HandingOver): readonly ComponentHandover[] {
    const others = (handover?.components ?? []).filter(({ goesWith }) => goesWith === one.component);
    return [one, ...others];
}

export function servicesOf(one: HandingOver): readonly ServicePair[] {
    if (isShared(one)) return [one.shared.leading, ...one.shared.services];
    return [isConverting(one) ? one.bridge : one.admission];
}

/** One for both generations where they are in the same namespace. */
export interface Leases {
    /** By which one of Helm's pods leads. */
    readonly lease: ObjectRef;
    /** By which one of the add-on's will. */
    readonly nextLease: ObjectRef;
}

export function leasesOf(one: HandingOver): Leases {
    if (isConverting(one)) return { lease: one.bridge.lease, nextLease: one.bridge.lease };
    return isShared(one) ? one.shared : one.admission;
}

/** Those that stop before the add-on is asked for. */
export function pausingOf({
    controllers,
    ...plan
}: Pick<PlanDraft, "controllers" | "handover">): readonly PlannedController[] {
    const going = new Set(
        handingOver(plan).flatMap((one) => together(plan, one).map(({ component }) => component)),
    );
    return controllers.filter(({ component }) => !going.has(component));
}
