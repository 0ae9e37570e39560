// What a preview, a move and its undo may cost at most, per model and in all. Data only; the bench prints it beside what is measured.

import type { SlowCosts } from "./measure";

export interface Goal {
    readonly what: string;
    readonly phase: "preview" | "up" | "destroy";
    readonly of: "aws per model" | "kubernetes" | "chain";
    readonly goal: number;
    /** Where more than the goal is reached: what may not get lost again. */
    readonly reached?: number;
    /** What holds today and may not get worse, where the goal is not reached: why. */
    readonly today?: { readonly most: number; readonly why: string };
}

const S3_AND_ACM =
    "S3 knows only whole sets of tags (look for the plan, look again before the write, write: 3), and so does ACM one certificate a call (3); load balancers go 20 at a time. TagResources takes 20 certificates and no S3 object, GetResources may be old and does not know what never had a tag: 5.2 with them, for two rights more";

/** Of a move whose add-on takes three minutes. */
export const SLOW: SlowCosts = { describes: 60, kubernetes: 1_750 };

/** Kubernetes calls in memory, where each of four dependencies is CREATING for eleven seconds and they are looked at all the while. */
export const WITH_DEPENDENCIES = 920;

export const PER_MODEL: readonly Goal[] = [
    {
        what: "AWS calls per model, up",
        phase: "up",
        of: "aws per model",
        goal: 5,
        today: { most: 6.2, why: S3_AND_ACM },
    },
    { what: "AWS calls per model, destroy", phase: "destroy", of: "aws per model", goal: 4 },
];

export function goalsFor(models: number): readonly Goal[] {
    const isSmall = models <= 3;
    const chain = (phase: Goal["phase"], small: number, large: number, reached?: number): Goal => ({
        what: `longest chain of calls, ${models} models: ${phase}`,
        phase,
        of: "chain",
        goal: isSmall ? small : large,
        ...(isSmall && reached !== undefined ? { reached } : {}),
    });
    return [
        chain("preview", 9, 20),
        chain("up", 120, 200, 110),
        chain("destroy", 140, 220),
        {
            what: `Kubernetes calls, ${models} models: up`,
            phase: "up",
            of: "kubernetes",
            goal: 1_000,
            reached: 610,
        },
        {
            what: `Kubernetes calls, ${models} models: preview`,
            phase: "preview",
            of: "kubernetes",
            goal: 100,
            reached: 70,
        },
    ];
}
