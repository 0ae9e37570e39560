// The plan as people read it in `pulumi preview`: one numbered line per step, with counts and names. Pure.

import { counted } from "../../common/counted";
import { describeHandover } from "./handover";
import type { DependencyTreatment, PlanDraft, PlannedDependency, PlannedObject } from "./plan";
import { HANDOVER, numbered, titled, wrapLine } from "./previewLine";

/** What the plan asks of every step: its name, and what it will do. */
export interface DescribedStep {
    readonly name: string;
    planLine(plan: PlanDraft): string;
}

export function describePlan(plan: PlanDraft, steps: readonly DescribedStep[]): string[] {
    return [
        ...steps.map(({ name, planLine }, index) => numbered(index + 1, name, planLine(plan))),
        ...describeHandover(plan.handover).map((line) => titled(HANDOVER, line)),
        ...plan.leftAlone.map((line) => titled("left alone", line)),
        ...plan.warnings.map((line) => titled("note", line)),
    ].flatMap(wrapLine);
}

export function describeDependencies(
    { dependencies, objects }: PlanDraft,
    wanted: DependencyTreatment,
): string {
    const titleOf = (name: string) => dependencies.find(({ addonName }) => addonName === name)?.title ?? name;
    const describe = (one: PlannedDependency) => {
        const { title, addonName, version, after = [], pauses = [], whyPaused, bridge } = one;
        const count = objects.filter(({ part }) => part === addonName);
        const taken =
            count.length === 0
                ? ""
                : ` (${counted(count.length, "object")}, up to ${counted(fields(count), "field")} from Helm)`;
        const because = `EKS leads requests to them at once${whyPaused === undefined ? "" : `, and ${whyPaused}`}`;
        const paused =
            pauses.length === 0
                ? ""
                : `, ${pauses.join(" and ")} pause until its pods answer (0.3 to 0.6 s where these start at once, seconds on real nodes), because ${because}`;
        const led =
            bridge === undefined ? "" : `, Helm's pods answer as Service ${bridge.to.name} until its own do`;
        const waits = after.length === 0 ? "" : ` after ${after.map(titleOf).join(" and ")}`;
        return `${title} to add-on ${addonName} ${version}${waits}${taken}${paused}${led}`;
    };
    return dependencies
        .filter(({ treatment }) => treatment === wanted)
        .map(describe)
        .join("; ");
}

export function fields(objects: readonly PlannedObject[]): number {
    return objects.reduce((sum, { helmFields = 0 }) => sum + helmFields, 0);
}
