// An object comes in; what its status says of it, condition by condition, goes out. Pure.
import type { KubernetesObject } from "../ports/world";

export interface StatusCondition {
    readonly type: string;
    readonly status: string;
    readonly reason?: string;
    readonly message?: string;
    /** The generation of the object that it is about, where its controller says so. */
    readonly observedGeneration?: number;
}

export function conditionsOf(object: KubernetesObject | undefined): readonly StatusCondition[] {
    return (
        (object as { status?: { conditions?: readonly StatusCondition[] } } | undefined)?.status
            ?.conditions ?? []
    );
}

export function conditionOf(object: KubernetesObject | undefined, type: string): StatusCondition | undefined {
    return conditionsOf(object).find((condition) => condition.type === type);
}

/** `status` as Kubernetes writes it: `True`, `False` or `Unknown`. */
export function hasCondition(object: KubernetesObject | undefined, type: string, status: string): boolean {
    return conditionOf(object, type)?.status === status;
}
