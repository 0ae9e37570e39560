// Tells of a move that gives up settings of the Helm release. Quotes no line of the plan: a setting may be a secret.
import type { ResourceValidationPolicy } from "@pulumi/policy";
import { isMove } from "./subjects";

/** How the plan tells that a setting of the operator, or of a dependency, is lost. */
const LOSS = /\b(?:is|are) dropped: the add-on\b/;

export const settingsAreNotDropped: ResourceValidationPolicy = {
    name: "settings-are-not-dropped",
    description: "A move takes every setting of the Helm release along.",
    enforcementLevel: "advisory",
    validateResource(args, reportViolation) {
        if (!isMove(args)) return;
        if (args.props.onUnsupportedSettings === "Drop") {
            reportViolation(
                "settings of the release that the add-on cannot express would be dropped. Next: set onUnsupportedSettings to Refuse, and see in the preview which they are.",
            );
        }
        if (LOSS.test(textOf(args.props.plan))) {
            reportViolation(
                "the plan has settings that are dropped; the notes of the preview name them. Next: stay on Helm while they are needed, or take them out of the release.",
            );
        }
    },
};

/** The lines of a plan are wrapped: a sentence may go over several. */
function textOf(plan: unknown): string {
    return Array.isArray(plan) ? plan.map((line) => String(line).trim()).join(" ") : "";
}
