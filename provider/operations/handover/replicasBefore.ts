// A plan and one of its controllers in, how many pods it had before the move out. Pure.
import { keyOf } from "../../kubernetes/objectRef";
import type { ComponentHandover, Plan } from "../../plan/plan";

export function replicasBefore({ controllers }: Plan, { workload }: ComponentHandover): number {
    const before = controllers.find((one) => keyOf(one.workload) === keyOf(workload));
    return before?.replicas ?? 1;
}
