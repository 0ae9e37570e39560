// Costs come in, of one size or of two; the figure that a goal is about goes out. Pure.
import type { Goal } from "./goals";
import type { Costs } from "./measure";

export interface Sized {
    readonly models: number;
    readonly costs: Costs;
}

/** What each further model adds in calls to AWS. */
export function perModel(few: Sized, many: Sized, phase: Goal["phase"]): number {
    return (many.costs[phase].aws - few.costs[phase].aws) / (many.models - few.models);
}

export function measuredOf(costs: Costs, { phase, of }: Goal): number {
    const { kubernetes, chain } = costs[phase];
    return of === "chain" ? chain : kubernetes;
}
