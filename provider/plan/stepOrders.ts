// The orders of steps, as data: which one a move follows is part of its plan, so that whoever resumes or undoes it follows the same.
import { Handover } from "../../common/enums";
import { type ComponentHandover, MigrationStep, type PlanDraft } from "./plan";

const ONLY_WITHOUT_PAUSE: ReadonlySet<MigrationStep> = new Set([
    MigrationStep.Bridge,
    MigrationStep.Redirect,
    MigrationStep.HandOver,
]);

const ALL = Object.values(MigrationStep);

export const ORDERS: Readonly<Record<Handover.Seamless | Handover.Pause, readonly MigrationStep[]>> = {
    [Handover.Seamless]: ALL,
    [Handover.Pause]: ALL.filter((step) => !ONLY_WITHOUT_PAUSE.has(step)),
};

/** A plan that says nothing of it is one with a pause. */
export function orderOf({ handover }: Pick<PlanDraft, "handover">): readonly MigrationStep[] {
    return ORDERS[handover?.order ?? Handover.Pause];
}

/** Between these nobody may stop for long: requests hang on what a running move keeps up to date. */
export const KEPT_UP: ReadonlySet<MigrationStep> = new Set([
    MigrationStep.Redirect,
    MigrationStep.ScaleDown,
    MigrationStep.Install,
]);

/** One that can hand over is worth the longer order; the others pause in it. */
export function orderFor(components: readonly ComponentHandover[]): Handover.Seamless | Handover.Pause {
    return components.some(({ why }) => why.length === 0) ? Handover.Seamless : Handover.Pause;
}
